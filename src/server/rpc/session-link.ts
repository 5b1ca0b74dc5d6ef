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
      const call = new LinkedCall(services, metadata, caller, outer, signalWith);
      return { call, leave: () => call.leave() };
    },
    dispose: () => linked?.link.dispose(),
  };
}

class LinkedCall implements Call {
  readonly caller: Caller;
  signal: AbortSignal;
  readonly #services: Services;
  readonly #metadata: Metadata;
  readonly #signalWith: (session: Session) => AbortSignal;
  #exit: (() => void) | undefined;

  constructor(
    services: Services,
    metadata: Metadata,
    caller: Caller,
    outer: AbortSignal,
    signalWith: (session: Session) => AbortSignal,
  ) {
    this.#services = services;
    this.#metadata = metadata;
    this.caller = caller;
    this.signal = outer;
    this.#signalWith = signalWith;
  }

  async session(): Promise<Session> {
    const session = await this.caller.session();
    this.#exit ??= session.enter();
    this.signal = this.#signalWith(session);
    await applySessionHeaders(this.#services, session, this.#metadata, this.signal);
    return session;
  }

  leave(): void {
    this.#exit?.();
  }
}
