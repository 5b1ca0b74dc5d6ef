import { BaseCommand } from '../../cli/base-command.js';
import { toOclifFlags } from '../../cli/oclif-flags.js';
import { CRL_FLAGS, runCrl } from '../../cli/pki/revoke.js';

export default class PkiCrl extends BaseCommand {
  static override summary = 'make revocation lists anew, with a later end';
  static override description = `Entries stay. A CA without a list gets an empty one.`;
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --ca client --days 7',
  ];
  static override flags = toOclifFlags(CRL_FLAGS);

  /** bin/run.js takes a shorter way to the same call. */
  async run(): Promise<void> {
    this.parsed = true;
    process.exitCode = await runCrl(this.argv);
  }
}
