/** The log of logins: who, from where, how, with what result, and why not. Never a secret. */
import { addLatest } from '../../keep-latest.js';
import type { Logger, LogLevel } from './logger.js';

export interface AuthLog {
  /** Somebody is let in. `use` is the same text for calls that belong together: the first is news, others are not. */
  accepted(event: 'login' | 'call', who: AuthFields, use?: string): void;
  refused(
    event: 'login' | 'call',
    who: AuthFields,
    why: { readonly code: string; readonly reason: string },
  ): void;
}

export interface AuthFields {
  readonly user?: string | undefined;
  readonly role?: string | undefined;
  readonly method?: string | undefined;
  readonly peer: string;
  readonly peerIdentity?: string | undefined;
  /** The RPC that was called. */
  readonly rpc?: string | undefined;
}

/** Uses that are remembered; the oldest make room and are news again. */
const USES_MAX = 10_000;

/** Writes into `log`, at a level of its own. */
export function createAuthLog(log: Logger, level: LogLevel): AuthLog {
  const out = log.at(level);
  const uses = new Set<string>();

  function isFirst(use: string): boolean {
    if (uses.has(use)) return false;
    addLatest(uses, use, USES_MAX);
    return true;
  }

  return {
    accepted(event, who, use) {
      const at = use === undefined || isFirst(use) ? 'info' : 'debug';
      out[at](event === 'login' ? 'login' : 'call accepted', { ...fieldsOf(who), result: 'success' });
    },
    refused(event, who, why) {
      // Of known people who are refused for another reason than who they are the statement's record tells.
      const at = event === 'login' || why.code === 'UNAUTHENTICATED' ? 'warning' : 'debug';
      out[at](`${event} refused`, { ...fieldsOf(who), result: 'failure', ...why });
    },
  };
}

function fieldsOf({ user, role, method, peer, peerIdentity, rpc }: AuthFields) {
  return { kind: 'authentication', user, role, method, peer, peer_identity: peerIdentity, rpc };
}
