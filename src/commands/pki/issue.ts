import * as Args from '@oclif/core/args';
import { BaseCommand } from '../../cli/base-command.js';
import { toOclifFlags } from '../../cli/oclif-flags.js';
import { ISSUE_FLAGS, runIssue } from '../../cli/pki/issue.js';

export default class PkiIssue extends BaseCommand {
  static override summary = 'issue a certificate for a server or a client';
  static override description =
    `A server's NAMEs are what clients dial: host names, *.wildcards, addresses. A client's first NAME is who it is, the
common name that servers map to a principal; a certificate may also name e-mail addresses and URIs. Certificates are
checked against the rules of strict clients before they are written.

Renew with "gizmo pki renew"; a timer that runs "gizmo pki renew --all" once a day forgets none.`;
  static override examples = [
    '<%= config.bin %> <%= command.id %> localhost 127.0.0.1',
    "<%= config.bin %> <%= command.id %> db.example.com '*.db.example.com' 203.0.113.10 --out server",
    '<%= config.bin %> <%= command.id %> --client analyst --days 30',
    '<%= config.bin %> <%= command.id %> --client ada@example.com --pkcs12',
    '<%= config.bin %> <%= command.id %> --csr db.csr db.example.com --out db',
  ];
  static override strict = false;
  static override args = {
    names: Args.string({
      ignoreStdin: true,
      name: 'NAME',
      description: 'host, *.wildcard, address, e-mail, URI; of a client its principal',
    }),
  };
  static override flags = toOclifFlags(ISSUE_FLAGS);

  /** bin/run.js takes a shorter way to the same call. */
  async run(): Promise<void> {
    this.parsed = true;
    process.exitCode = await runIssue(this.argv);
  }
}
