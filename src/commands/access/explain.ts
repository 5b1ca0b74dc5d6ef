import * as Args from '@oclif/core/args';
import { EXPLAIN_FLAGS, runExplain } from '../../cli/access/explain.js';
import { BaseCommand } from '../../cli/base-command.js';
import { toOclifFlags } from '../../cli/oclif-flags.js';

export default class AccessExplain extends BaseCommand {
  static override summary = 'say which rules allow somebody a statement, and which refuse it';
  static override description =
    `Asks a server, as an administrator, what its rules say: the role, the claim catalog_access, database grants and SQL grants.
Nothing runs. Exit code 0 where the statement is allowed, 6 where it is not.`;
  static override examples = [
    '<%= config.bin %> <%= command.id %> ann "select salary from hr.main.people"',
    '<%= config.bin %> <%= command.id %> ann "delete from sales" --role readonly --json',
  ];
  static override args = {
    user: Args.string({ ignoreStdin: true, name: 'USER', description: 'whom it is asked of' }),
    sql: Args.string({ ignoreStdin: true, name: 'SQL', description: 'one statement' }),
  };
  static override flags = toOclifFlags(EXPLAIN_FLAGS);

  async run(): Promise<void> {
    this.parsed = true;
    process.exitCode = await runExplain(this.argv);
  }
}
