import * as Args from '@oclif/core/args';
import { ACCOUNT_FLAGS } from '../../cli/accounts/common.js';
import { changeRole } from '../../cli/accounts/user.js';
import { BaseCommand } from '../../cli/base-command.js';
import { toOclifFlags } from '../../cli/oclif-flags.js';

export default class UserRole extends BaseCommand {
  static override summary = "change a user's role";
  static override description = `Sessions of before are over. In SQL it is ALTER USER … ROLE.`;
  static override examples = ['<%= config.bin %> <%= command.id %> alice readonly'];
  static override args = {
    user: Args.string({ ignoreStdin: true, name: 'USER', description: 'name of the user' }),
    role: Args.string({ ignoreStdin: true, name: 'ROLE', description: 'admin, user or readonly' }),
  };
  static override flags = toOclifFlags(ACCOUNT_FLAGS);

  async run(): Promise<void> {
    this.parsed = true;
    process.exitCode = await changeRole(this.argv);
  }
}
