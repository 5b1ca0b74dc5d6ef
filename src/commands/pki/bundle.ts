import * as Args from '@oclif/core/args';
import { BaseCommand } from '../../cli/base-command.js';
import { toOclifFlags } from '../../cli/oclif-flags.js';
import { BUNDLE_FLAGS, runBundle } from '../../cli/pki/bundle.js';

export default class PkiBundle extends BaseCommand {
  static override summary = 'put certificates into one file in the right order';
  static override description =
    `The certificate first, then those that signed it, each checked against the next; as PEM, or with the key as PKCS#12.`;
  static override examples = [
    '<%= config.bin %> <%= command.id %> server.crt intermediate.crt > chain.pem',
    '<%= config.bin %> <%= command.id %> analyst.crt client-ca.crt --pkcs12 --key analyst.key --out analyst',
  ];
  static override strict = false;
  static override args = {
    certificates: Args.string({
      ignoreStdin: true,
      name: 'CERTIFICATE',
      description: 'file, or name in the directory',
    }),
  };
  static override flags = toOclifFlags(BUNDLE_FLAGS);

  /** bin/run.js takes a shorter way to the same call. */
  async run(): Promise<void> {
    this.parsed = true;
    process.exitCode = await runBundle(this.argv);
  }
}
