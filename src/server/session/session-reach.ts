/** What SQL can reach in a principal's session, and whose it is to SQL. */
import type { SessionReach } from '../engine/engine.js';
import type { Principal } from '../model/principal.js';

/** @param session the session's id */
export function reachOf({ name, role }: Principal, session: string): SessionReach {
  return {
    filesReachable: role === 'admin',
    sequencesReachable: role !== 'readonly',
    identity: { user: name, role, session },
  };
}
