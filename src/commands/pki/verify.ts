import * as Args from '@oclif/core/args';
import { BaseCommand } from '../../cli/base-command.js';
import { toOclifFlags } from '../../cli/oclif-flags.js';
import { runVerify, VERIFY_FLAGS } from '../../cli/pki/verify.js';

export default class PkiVerify extends BaseCommand {
  static override summary = 'check whether a certificate would be accepted';
  static override description =
    `Its chain up to a CA that is named, dates, names, purpose, revocation, and the rules that strict clients check
(RFC 5280, Python from 3.13, rustls, Apple). Exit codes: 0 it would be accepted, 1 it would not, 2 it cannot be read.`;
  static override examples = [
    '<%= config.bin %> <%= command.id %> server.crt --host db.example.com --purpose server',
    '<%= config.bin %> <%= command.id %> db.example.com:31337 --ca server-ca.crt --host db.example.com',
    '<%= config.bin %> <%= command.id %> analyst.crt --purpose client --at 2027-01-31',
  ];
  static override args = {
    source: Args.string({
      ignoreStdin: true,
      name: 'SOURCE',
      description: 'file, host:port, https://host, or - for standard input',
    }),
  };
  static override flags = toOclifFlags(VERIFY_FLAGS);

  /** bin/run.js takes a shorter way to the same call. */
  async run(): Promise<void> {
    this.parsed = true;
    process.exitCode = await runVerify(this.argv);
  }
}
