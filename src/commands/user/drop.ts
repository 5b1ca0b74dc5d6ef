import * as Args from '@oclif/core/args';
import { ACCOUNT_FLAGS } from '../../cli/accounts/common.js';
import { dropUser } from '../../cli/accounts/user.js';
import { BaseCommand } from '../../cli/base-command.js';
import { toOclifFlags } from '../../cli/oclif-flags.js';

export default class UserDrop extends BaseCommand {
  static override summary = 'drop a user with their tokens';
  static override description = `Ends their sessions and what runs in them. In SQL it is DROP USER.`;
  static override examples = ['<%= config.bin %> <%= command.id %> alice'];
  static override args = {
    user: Args.string({ ignoreStdin: true, name: 'USER', description: 'name of the user' }),
  };
  static override flags = toOclifFlags(ACCOUNT_FLAGS);

  async run(): Promise<void> {
    this.parsed = true;
    process.exitCode = await dropUser(this.argv);
  }
}
