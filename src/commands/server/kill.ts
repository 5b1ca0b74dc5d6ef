import * as Args from '@oclif/core/args';
import { BaseCommand } from '../../cli/base-command.js';
import { toOclifFlags } from '../../cli/oclif-flags.js';
import { KILL_FLAGS, runKill } from '../../cli/server/kill.js';

export default class ServerKill extends BaseCommand {
  static override summary = 'end a session of a running server, or stop one statement';
  static override description =
    `What runs in the session is interrupted, its transaction is rolled back, and its next call fails; its session token opens
nothing any more. Its user can log in again: to keep somebody out, suspend the user. Ending sessions takes an administrator;
statements of one's own login anybody may stop. The same in SQL: KILL SESSION 'id' and KILL QUERY 'id'.

Exit code 1 where there is no such session or statement, 6 where it may not be ended.`;
  static override examples = [
    '<%= config.bin %> <%= command.id %> 3f0c6a5e-8f0e-4a8f-9a49-0f6f2a8b1c55',
    '<%= config.bin %> <%= command.id %> --query 8a7b0a52-6d5b-4f0a-8a0e-2d1f0c9b7e11',
    '<%= config.bin %> <%= command.id %> --user ada --json',
  ];
  static override args = {
    id: Args.string({
      ignoreStdin: true,
      name: 'ID',
      description: 'session, or with --query statement, to end',
    }),
  };
  static override flags = toOclifFlags(KILL_FLAGS);

  async run(): Promise<void> {
    this.parsed = true;
    await runKill(this.argv);
  }
}
