/** gizmo_sessions(): who is connected. Administrators see everybody's sessions, others those of their own name. */
import { concerns } from '../../model/principal.js';
import type { SessionRegistry } from '../../session/session-registry.js';
import { bigint, bool, instant, text, timestamp } from './columns.js';
import type { ServerTable } from './server-table.js';

export function sessionsTable(sessions: Pick<SessionRegistry, 'list'>): ServerTable {
  return {
    name: 'gizmo_sessions',
    schema: {
      fields: [
        text('session_id'),
        text('user_name'),
        text('role'),
        text('auth_method'),
        text('peer'),
        text('peer_identity'),
        text('session_tag'),
        timestamp('started_at'),
        timestamp('last_used_at'),
        text('state'),
        bigint('calls'),
        bool('is_current'),
      ],
    },
    mayRead: () => true,
    rows: ({ session: own }) =>
      sessions
        .list()
        .filter(({ principal }) => concerns(own.principal, principal))
        .map((session) => [
          session.id,
          session.principal.name,
          session.principal.role,
          session.principal.method,
          session.peer,
          session.peerIdentity,
          session.tags.session,
          instant(session.startedMs),
          instant(session.lastUsedMs),
          session.queue.busy ? 'active' : session.transaction === undefined ? 'idle' : 'idle in transaction',
          session.callsInFlight,
          session.id === own.id,
        ]),
  };
}
