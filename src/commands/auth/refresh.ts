import * as Args from '@oclif/core/args';
import { REFRESH_FLAGS, runRefresh } from '../../cli/auth/refresh.js';
import { BaseCommand } from '../../cli/base-command.js';
import { toOclifFlags } from '../../cli/oclif-flags.js';

export default class AuthRefresh extends BaseCommand {
  static override summary = 'get new tokens for a login at an identity provider';
  static override description =
    `"gizmo client" does this by itself where it is needed. One process at a time renews a login: a refresh token is good once.
Exit code 4 where only a new login helps, 3 where the provider cannot be reached.`;
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> db.example.com --json',
  ];
  static override args = {
    login: Args.string({
      ignoreStdin: true,
      name: 'LOGIN',
      description: 'login to renew (default the active one): its name, or host[:port]',
    }),
  };
  static override flags = toOclifFlags(REFRESH_FLAGS);

  async run(): Promise<void> {
    this.parsed = true;
    process.exitCode = await runRefresh(this.argv);
  }
}
