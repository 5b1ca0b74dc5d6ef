import * as Args from '@oclif/core/args';
import { CREATE_FLAGS, createToken } from '../../cli/accounts/token.js';
import { BaseCommand } from '../../cli/base-command.js';
import { toOclifFlags } from '../../cli/oclif-flags.js';

export default class TokenCreate extends BaseCommand {
  static override summary = 'create an API token, by which a program acts for a user';
  static override description =
    `The token is shown this once, alone on standard output; the server keeps a digest of it. It has no more rights than its user.
Programs send it as Bearer, or as the password of the user "token". In SQL it is CREATE TOKEN.`;
  static override examples = [
    '<%= config.bin %> <%= command.id %> alice',
    "<%= config.bin %> <%= command.id %> etl --role readonly --expires '12 hours' > etl.token",
    '<%= config.bin %> <%= command.id %> etl --expires never --json',
  ];
  static override args = {
    user: Args.string({ ignoreStdin: true, name: 'USER', description: 'name of the user' }),
  };
  static override flags = toOclifFlags(CREATE_FLAGS);

  async run(): Promise<void> {
    this.parsed = true;
    process.exitCode = await createToken(this.argv);
  }
}
