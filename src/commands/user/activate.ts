import * as Args from '@oclif/core/args';
import { ACCOUNT_FLAGS } from '../../cli/accounts/common.js';
import { activateUser } from '../../cli/accounts/user.js';
import { BaseCommand } from '../../cli/base-command.js';
import { toOclifFlags } from '../../cli/oclif-flags.js';

export default class UserActivate extends BaseCommand {
  static override summary = 'take a suspension back';
  static override description = `In SQL it is ALTER USER … ACTIVATE.`;
  static override examples = ['<%= config.bin %> <%= command.id %> alice'];
  static override args = {
    user: Args.string({ ignoreStdin: true, name: 'USER', description: 'name of the user' }),
  };
  static override flags = toOclifFlags(ACCOUNT_FLAGS);

  async run(): Promise<void> {
    this.parsed = true;
    process.exitCode = await activateUser(this.argv);
  }
}
