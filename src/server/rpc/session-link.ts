/** Calls of one caller after another in one session, without the cost of linking the signals for each. */
import type { Metadata } from '@grpc/grpc-js';
import { type LinkedSignal, linkSignals } from '../../flight/signal.js';
import type { Session } from '../session/session.js';
import type { Call } from './call.js';
import type { Caller } from './identify.js';
import type { Services } from './services.js';
import { applySessionHeaders } from './session-headers.js';

export interface SessionLink {
  /** Begins a call; `leave` ends it. */
  enter(caller: Caller): { readonly call: Call; readonly leave: () => void };
  dispose(): void;
}

/** @param outer ends all of them */
export function createSessionLink(services: Services, metadata: Metadata, outer: AbortSignal): SessionLink {
  let linked: { readonly session: Session; readonly link: LinkedSignal } | undefined;

  function signalWith(session: Session): AbortSignal {
    if (linked?.session !== session) {
      linked?.link.dispose();
      linked = { session, link: linkSignals([outer, session.signal]) };
    }
    return linked.link.signal;
  }

  return {
    enter(caller) {
      let signal = outer;
      let exit: (() => void) | undefined;
      const call = {
        caller,
        get signal() {
          return signal;
        },
        async session() {
          const session = await caller.session();
          exit ??= session.enter();
          signal = signalWith(session);
          await applySessionHeaders(services, session, metadata, signal);
          return session;
        },
      };
      return { call, leave: () => exit?.() };
    },
    dispose: () => linked?.link.dispose(),
  };
}
