import { BaseCommand } from '../../cli/base-command.js';
import { toOclifFlags } from '../../cli/oclif-flags.js';
import { INIT_FLAGS, runInit } from '../../cli/pki/init.js';

export default class PkiInit extends BaseCommand {
  static override summary = 'make the CAs that sign certificates of servers and clients';
  static override description =
    `Two of them, so that who may sign clients cannot make servers: server-ca.crt, which clients trust, and
client-ca.crt, which the server trusts. A CA that is there is never overwritten.

Unless --production says otherwise the CA for servers may sign only names of this machine, so that it does little harm
where its key gets lost; --constrain adds names of yours. Who a client is called is not limited.`;
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --constrain db.example.com --constrain 10.0.0.0/8 --dir team-pki',
    '<%= config.bin %> <%= command.id %> --production --name "Example Ltd" --encrypt-ca-key --dir team-pki',
  ];
  static override flags = toOclifFlags(INIT_FLAGS);

  /** bin/run.js takes a shorter way to the same call. */
  async run(): Promise<void> {
    this.parsed = true;
    process.exitCode = await runInit(this.argv);
  }
}
