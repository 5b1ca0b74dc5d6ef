import * as Args from '@oclif/core/args';
import { BaseCommand } from '../../cli/base-command.js';
import { toOclifFlags } from '../../cli/oclif-flags.js';
import { INSPECT_FLAGS, runInspect } from '../../cli/pki/inspect.js';

export default class PkiInspect extends BaseCommand {
  static override summary = 'show what a certificate, key, request or revocation list says';
  static override description =
    `Of a certificate also what strict clients would hold against it. A live host is asked for its certificates, and
nothing it says is trusted.`;
  static override examples = [
    '<%= config.bin %> <%= command.id %> server.crt',
    '<%= config.bin %> <%= command.id %> db.example.com:31337 --json',
    '<%= config.bin %> <%= command.id %> db.example.com:31337 --out seen',
    '<%= config.bin %> <%= command.id %> client-ca.crl',
  ];
  static override args = {
    source: Args.string({
      ignoreStdin: true,
      name: 'SOURCE',
      description: 'file, host:port, https://host, or - for standard input',
    }),
  };
  static override flags = toOclifFlags(INSPECT_FLAGS);

  /** bin/run.js takes a shorter way to the same call. */
  async run(): Promise<void> {
    this.parsed = true;
    process.exitCode = await runInspect(this.argv);
  }
}
