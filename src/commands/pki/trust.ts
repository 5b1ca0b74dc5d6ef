import * as Args from '@oclif/core/args';
import { BaseCommand } from '../../cli/base-command.js';
import { toOclifFlags } from '../../cli/oclif-flags.js';
import { runTrust, TRUST_FLAGS } from '../../cli/pki/trust.js';

export default class PkiTrust extends BaseCommand {
  static override summary = 'make this machine trust the CA for servers, or no longer';
  static override description =
    `Prints the commands it is going to run and asks first. Only the CA for servers is installed unless a file is named.
Clients of Gizmo need no such thing: --tls-roots names the CA for one of them.`;
  static override examples = [
    '<%= config.bin %> <%= command.id %> install',
    '<%= config.bin %> <%= command.id %> install --print',
    '<%= config.bin %> <%= command.id %> install --nss --no-system',
    '<%= config.bin %> <%= command.id %> uninstall --yes',
  ];
  static override args = {
    action: Args.string({ ignoreStdin: true, name: 'ACTION', description: 'install or uninstall' }),
    file: Args.string({
      ignoreStdin: true,
      name: 'FILE',
      description: "certificate of a CA (default the directory's for servers)",
    }),
  };
  static override flags = toOclifFlags(TRUST_FLAGS);

  /** bin/run.js takes a shorter way to the same call. */
  async run(): Promise<void> {
    this.parsed = true;
    process.exitCode = await runTrust(this.argv);
  }
}
