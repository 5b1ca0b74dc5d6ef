import * as Args from '@oclif/core/args';
import { BaseCommand } from '../../cli/base-command.js';
import { toOclifFlags } from '../../cli/oclif-flags.js';
import { runSpki, SPKI_FLAGS } from '../../cli/pki/spki.js';

export default class PkiSpki extends BaseCommand {
  static override summary = 'print the pin of a key: SHA-256 over its SubjectPublicKeyInfo';
  static override description =
    `Of a certificate, a key, a request (CSR), or what a live host shows. In hex as --mtls-principal takes it, and as
curl's --pinnedpubkey takes it. A pin names the key, so it outlives a renewal that keeps the key. It is not the
fingerprint of a certificate; "gizmo pki inspect" prints that.`;
  static override examples = [
    '<%= config.bin %> <%= command.id %> analyst.crt',
    '<%= config.bin %> <%= command.id %> db.example.com:31337 --format curl',
    'cat analyst.csr | <%= config.bin %> <%= command.id %> -',
  ];
  static override args = {
    source: Args.string({
      ignoreStdin: true,
      name: 'SOURCE',
      description: 'file, host:port, https://host, or - for standard input',
    }),
  };
  static override flags = toOclifFlags(SPKI_FLAGS);

  /** bin/run.js takes a shorter way to the same call. */
  async run(): Promise<void> {
    this.parsed = true;
    process.exitCode = await runSpki(this.argv);
  }
}
