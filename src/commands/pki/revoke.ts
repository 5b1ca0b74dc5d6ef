import * as Args from '@oclif/core/args';
import { BaseCommand } from '../../cli/base-command.js';
import { toOclifFlags } from '../../cli/oclif-flags.js';
import { REVOKE_FLAGS, runRevoke } from '../../cli/pki/revoke.js';

export default class PkiRevoke extends BaseCommand {
  static override summary = 'revoke certificates: put them on the list of their CA';
  static override description =
    `Servers that were given the list refuse them from then on, on open connections too. The list has an end; make it
anew in time (gizmo pki crl, gizmo pki renew --all), for servers refuse everybody when it is out of date.`;
  static override examples = [
    '<%= config.bin %> <%= command.id %> analyst.crt --reason keyCompromise',
    '<%= config.bin %> <%= command.id %> 4B7485582FCD200A405FECE6DC1456CA',
  ];
  static override strict = false;
  static override args = {
    certificates: Args.string({
      ignoreStdin: true,
      name: 'CERTIFICATE',
      description: 'file, name in the directory, or serial number',
    }),
  };
  static override flags = toOclifFlags(REVOKE_FLAGS);

  /** bin/run.js takes a shorter way to the same call. */
  async run(): Promise<void> {
    this.parsed = true;
    process.exitCode = await runRevoke(this.argv);
  }
}
