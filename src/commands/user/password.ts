import * as Args from '@oclif/core/args';
import { changePassword, PASSWORD_FLAGS } from '../../cli/accounts/user.js';
import { BaseCommand } from '../../cli/base-command.js';
import { toOclifFlags } from '../../cli/oclif-flags.js';

export default class UserPassword extends BaseCommand {
  static override summary = "change a user's password";
  static override description =
    `Everybody may change their own; sessions of before are over. In SQL it is ALTER USER … PASSWORD.`;
  static override examples = [
    '<%= config.bin %> <%= command.id %> alice',
    '<%= config.bin %> <%= command.id %> alice --new-password-stdin < alice.password',
  ];
  static override args = {
    user: Args.string({ ignoreStdin: true, name: 'USER', description: 'name of the user' }),
  };
  static override flags = toOclifFlags(PASSWORD_FLAGS);

  async run(): Promise<void> {
    this.parsed = true;
    process.exitCode = await changePassword(this.argv);
  }
}
