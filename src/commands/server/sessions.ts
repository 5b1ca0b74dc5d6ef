import { BaseCommand } from '../../cli/base-command.js';
import { toOclifFlags } from '../../cli/oclif-flags.js';
import { runSessions, SESSIONS_FLAGS } from '../../cli/server/sessions.js';

export default class ServerSessions extends BaseCommand {
  static override summary = 'show who is connected to a running server, and what runs';
  static override description =
    `An administrator sees everybody's sessions, others their own. It connects as gizmo client does. The same in SQL, from any client:
from gizmo_sessions(), and from gizmo_queries().`;
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --queries',
    '<%= config.bin %> <%= command.id %> --json --host db.example.com --username ada',
  ];
  static override flags = toOclifFlags(SESSIONS_FLAGS);

  async run(): Promise<void> {
    this.parsed = true;
    await runSessions(this.argv);
  }
}
