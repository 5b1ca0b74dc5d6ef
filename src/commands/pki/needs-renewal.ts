import * as Args from '@oclif/core/args';
import { BaseCommand } from '../../cli/base-command.js';
import { toOclifFlags } from '../../cli/oclif-flags.js';
import { NEEDS_RENEWAL_FLAGS, runNeedsRenewal } from '../../cli/pki/needs-renewal.js';

export default class PkiNeedsRenewal extends BaseCommand {
  static override summary = 'say by the exit code whether a certificate needs renewal';
  static override description = `Exit codes: 0 it needs it, 1 not yet, 2 there is no such certificate.`;
  static override examples = [
    '<%= config.bin %> <%= command.id %> server.crt',
    '<%= config.bin %> <%= command.id %> server.crt --before 7d && systemctl reload gizmo',
  ];
  static override args = {
    file: Args.string({
      ignoreStdin: true,
      name: 'FILE',
      description: 'certificate, or its name in the directory',
    }),
  };
  static override flags = toOclifFlags(NEEDS_RENEWAL_FLAGS);

  /** bin/run.js takes a shorter way to the same call. */
  async run(): Promise<void> {
    this.parsed = true;
    process.exitCode = await runNeedsRenewal(this.argv);
  }
}
