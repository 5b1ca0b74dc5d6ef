/** gizmo_queries(): statements at work. Administrators see everybody's, others those of their own name. */
import { concerns } from '../../model/principal.js';
import { redactSql } from '../redact-sql.js';
import type { Task, Tasks } from '../tasks.js';
import { bigint, bool, double, instant, text, timestamp } from './columns.js';
import type { ServerTable } from './server-table.js';

export function queriesTable(tasks: Tasks, nowMs: () => number): ServerTable {
  return {
    name: 'gizmo_queries',
    schema: {
      fields: [
        text('query_id'),
        text('session_id'),
        text('user_name'),
        text('role'),
        text('peer'),
        text('state'),
        double('progress'),
        bigint('rows'),
        timestamp('started_at'),
        double('seconds'),
        text('door'),
        text('query_tag'),
        text('sql'),
        bool('is_current'),
      ],
    },
    mayRead: () => true,
    rows: ({ session: own, task: current }) =>
      Promise.all(
        tasks
          .list()
          .filter(({ session }) => concerns(own.principal, session.principal))
          .map(async (task) => [
            task.id,
            task.session.id,
            task.session.principal.name,
            task.session.principal.role,
            task.session.peer,
            task.state,
            await progressOf(task),
            task.rows,
            instant(task.startedMs),
            (nowMs() - task.startedMs) / 1000,
            task.door,
            task.queryTag,
            redactSql(task.text),
            task.id === current,
          ]),
      ),
  };
}

/** From 0 to 1; undefined where it is not known, or the session has just ended. */
async function progressOf({ session, state }: Task): Promise<number | undefined> {
  if (state === 'planning' || state === 'queued') return undefined;
  return await session.engine.progress().catch(() => undefined);
}
