import { ACCOUNT_FLAGS } from '../../cli/accounts/common.js';
import { listTokens } from '../../cli/accounts/token.js';
import { BaseCommand } from '../../cli/base-command.js';
import { toOclifFlags } from '../../cli/oclif-flags.js';

export default class TokenList extends BaseCommand {
  static override summary = 'list the API tokens of a server';
  static override description = `Without what is secret in them. In SQL it is: from gizmo_tokens()`;
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --json',
  ];
  static override flags = toOclifFlags(ACCOUNT_FLAGS);

  async run(): Promise<void> {
    this.parsed = true;
    process.exitCode = await listTokens(this.argv);
  }
}
