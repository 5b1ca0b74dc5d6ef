/** What SQL can reach in a principal's session, and whose it is to SQL. */
import type { SessionReach } from '../engine/engine.js';
import type { Person } from '../model/principal.js';

/** @param session the session's id */
export function reachOf({ name, role }: Person, session: string): SessionReach {
  return {
    filesReachable: role === 'admin',
    sequencesReachable: role !== 'readonly',
    identity: { user: name, role, session },
  };
}
