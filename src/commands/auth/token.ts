import * as Args from '@oclif/core/args';
import { runToken, TOKEN_FLAGS } from '../../cli/auth/token.js';
import { BaseCommand } from '../../cli/base-command.js';
import { toOclifFlags } from '../../cli/oclif-flags.js';

export default class AuthToken extends BaseCommand {
  static override summary = 'print the token of a login';
  static override description =
    `For other programs, such as curl, or an Arrow Flight SQL client of another make. Whoever has the token can do what you
can until it expires; it is shown by no other command.`;
  static override examples = [
    '<%= config.bin %> <%= command.id %> db.example.com',
    'curl -H "Authorization: Bearer $(<%= config.bin %> <%= command.id %>)" …',
  ];
  static override args = {
    login: Args.string({
      ignoreStdin: true,
      name: 'LOGIN',
      description: 'login: its name, or host[:port] (default the active one, or the only one)',
    }),
  };
  static override flags = toOclifFlags(TOKEN_FLAGS);

  async run(): Promise<void> {
    this.parsed = true;
    process.exitCode = await runToken(this.argv);
  }
}
