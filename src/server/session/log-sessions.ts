/** What the log says of sessions. */
import type { Logger } from '../telemetry/logger.js';
import type { SessionRegistryOptions } from './session-registry.js';

/** To be given to the registry. */
export function logSessions(
  log: Logger,
): Required<Pick<SessionRegistryOptions, 'onOpened' | 'onEnded' | 'onTransactionExpired'>> {
  return {
    onOpened: ({ id, principal, peer, peerIdentity }) =>
      log.info('session opened', {
        kind: 'session',
        session: id,
        user: principal.name,
        peer,
        peer_identity: peerIdentity,
      }),
    onEnded: ({ id, principal }, how) =>
      log.info('session ended', { kind: 'session', session: id, user: principal.name, reason: how }),
    onTransactionExpired: ({ id, principal }) =>
      log.warning('idle transaction rolled back', { kind: 'session', session: id, user: principal.name }),
  };
}
