import * as Args from '@oclif/core/args';
import { ACCOUNT_FLAGS } from '../../cli/accounts/common.js';
import { suspendUser } from '../../cli/accounts/user.js';
import { BaseCommand } from '../../cli/base-command.js';
import { toOclifFlags } from '../../cli/oclif-flags.js';

export default class UserSuspend extends BaseCommand {
  static override summary = 'let nobody of this name call any more';
  static override description =
    `Ends their sessions and what runs in them, and makes their tokens of no use, until activate. Also for people whom only an
identity provider or a certificate knows. In SQL it is ALTER USER … SUSPEND.`;
  static override examples = [
    '<%= config.bin %> <%= command.id %> alice',
    '<%= config.bin %> <%= command.id %> dave@example.com',
  ];
  static override args = {
    user: Args.string({ ignoreStdin: true, name: 'USER', description: 'name of the user' }),
  };
  static override flags = toOclifFlags(ACCOUNT_FLAGS);

  async run(): Promise<void> {
    this.parsed = true;
    process.exitCode = await suspendUser(this.argv);
  }
}
