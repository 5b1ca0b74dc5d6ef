import * as Args from '@oclif/core/args';
import { LOGOUT_FLAGS, runLogout } from '../../cli/auth/logout.js';
import { BaseCommand } from '../../cli/base-command.js';
import { toOclifFlags } from '../../cli/oclif-flags.js';

export default class AuthLogout extends BaseCommand {
  static override summary = 'forget a login';
  static override description =
    `Deletes the secret from where it lies. A token that you brought along stays valid until it expires or is revoked.`;
  static override examples = [
    '<%= config.bin %> <%= command.id %> db.example.com',
    '<%= config.bin %> <%= command.id %> --all',
  ];
  static override args = {
    login: Args.string({
      ignoreStdin: true,
      name: 'LOGIN',
      description: 'login: its name, or host[:port] (default the active one, or the only one)',
    }),
  };
  static override flags = toOclifFlags(LOGOUT_FLAGS);

  async run(): Promise<void> {
    this.parsed = true;
    process.exitCode = await runLogout(this.argv);
  }
}
