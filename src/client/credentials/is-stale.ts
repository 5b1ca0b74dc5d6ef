/** Whether a login is to be renewed before it is used. */
import type { LoginSummary } from './stored-login.js';

/** What lasts no longer than this could expire on its way to the server. */
const STALE_S = 60;

/** Whether what goes to the server has expired, or is about to. */
export function isStale({ expiresAtS }: LoginSummary, nowMs = Date.now()): boolean {
  return expiresAtS !== undefined && expiresAtS * 1000 - nowMs < STALE_S * 1000;
}
