import * as Args from '@oclif/core/args';
import { CREATE_FLAGS, createUser } from '../../cli/accounts/user.js';
import { BaseCommand } from '../../cli/base-command.js';
import { toOclifFlags } from '../../cli/oclif-flags.js';

export default class UserCreate extends BaseCommand {
  static override summary = 'create a user of a server';
  static override description =
    `The password is asked for, or comes from a file or standard input; never from the command line. For administrators of the
server; in SQL it is CREATE USER.`;
  static override examples = [
    '<%= config.bin %> <%= command.id %> alice --role user',
    '<%= config.bin %> <%= command.id %> etl --no-password --role user',
    '<%= config.bin %> <%= command.id %> bob --new-password-file bob.password -h db.example',
  ];
  static override args = {
    user: Args.string({ ignoreStdin: true, name: 'USER', description: 'name of the user' }),
  };
  static override flags = toOclifFlags(CREATE_FLAGS);

  async run(): Promise<void> {
    this.parsed = true;
    process.exitCode = await createUser(this.argv);
  }
}
