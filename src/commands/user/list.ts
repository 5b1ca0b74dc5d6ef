import { ACCOUNT_FLAGS } from '../../cli/accounts/common.js';
import { listUsers } from '../../cli/accounts/user.js';
import { BaseCommand } from '../../cli/base-command.js';
import { toOclifFlags } from '../../cli/oclif-flags.js';

export default class UserList extends BaseCommand {
  static override summary = 'list the users of a server, and who is suspended';
  static override description = `In SQL it is: from gizmo_users()`;
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --json',
  ];
  static override flags = toOclifFlags(ACCOUNT_FLAGS);

  async run(): Promise<void> {
    this.parsed = true;
    process.exitCode = await listUsers(this.argv);
  }
}
