import * as Args from '@oclif/core/args';
import { ACCOUNT_FLAGS } from '../../cli/accounts/common.js';
import { revokeToken } from '../../cli/accounts/token.js';
import { BaseCommand } from '../../cli/base-command.js';
import { toOclifFlags } from '../../cli/oclif-flags.js';

export default class TokenRevoke extends BaseCommand {
  static override summary = 'revoke an API token';
  static override description = `Ends what was opened with it. In SQL it is REVOKE TOKEN.`;
  static override examples = ['<%= config.bin %> <%= command.id %> 1f2e3d4c5b6a'];
  static override args = {
    id: Args.string({
      ignoreStdin: true,
      name: 'ID',
      description: 'id of the token, as gizmo token list shows it',
    }),
  };
  static override flags = toOclifFlags(ACCOUNT_FLAGS);

  async run(): Promise<void> {
    this.parsed = true;
    process.exitCode = await revokeToken(this.argv);
  }
}
