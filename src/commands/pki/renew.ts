import * as Args from '@oclif/core/args';
import { BaseCommand } from '../../cli/base-command.js';
import { toOclifFlags } from '../../cli/oclif-flags.js';
import { RENEW_FLAGS, runRenew } from '../../cli/pki/renew.js';

export default class PkiRenew extends BaseCommand {
  static override summary = 'renew certificates: same names, same key, a fresh life';
  static override description =
    `The file is replaced in one step, so a server that watches it never sees half of it. With --all everything that was
issued from the directory and is due, and revocation lists past half of their time: run that once a day by a timer.`;
  static override examples = [
    '<%= config.bin %> <%= command.id %> server.crt',
    '<%= config.bin %> <%= command.id %> --all --before 33%',
    '<%= config.bin %> <%= command.id %> analyst --rekey',
  ];
  static override args = {
    file: Args.string({
      ignoreStdin: true,
      name: 'FILE',
      description: 'certificate, or its name in the directory',
    }),
  };
  static override flags = toOclifFlags(RENEW_FLAGS);

  /** bin/run.js takes a shorter way to the same call. */
  async run(): Promise<void> {
    this.parsed = true;
    process.exitCode = await runRenew(this.argv);
  }
}
