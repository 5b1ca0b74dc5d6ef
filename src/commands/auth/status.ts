import * as Args from '@oclif/core/args';
import { runStatus, STATUS_FLAGS } from '../../cli/auth/status.js';
import { BaseCommand } from '../../cli/base-command.js';
import { toOclifFlags } from '../../cli/oclif-flags.js';

export default class AuthStatus extends BaseCommand {
  static override summary = 'show the logins that are stored, and whether they can be used';
  static override description =
    `Who is logged in where, until when, and where the secret lies; never the secret. No server is asked: what it thinks of a
login, a connection shows. Exit code 0 where every login can be used, 4 otherwise.`;
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> db.example.com --json',
  ];
  static override args = {
    login: Args.string({
      ignoreStdin: true,
      name: 'LOGIN',
      description: 'login to show (default all): its name, or host[:port]',
    }),
  };
  static override flags = toOclifFlags(STATUS_FLAGS);

  async run(): Promise<void> {
    this.parsed = true;
    process.exitCode = await runStatus(this.argv);
  }
}
