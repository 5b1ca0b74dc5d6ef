/** What the server does for whoever starts it: through a session like anybody's. */
import { randomUUID } from 'node:crypto';
import { operatorPrincipal } from './auth/operator.js';
import type { Engine } from './engine/engine.js';
import { createSession, type Session } from './session/session.js';
import { reachOf } from './session/session-reach.js';
import { serverStopping } from './statement/admit.js';

/** Does something in a session of the person who starts the server. */
export async function asOperator<T>(
  engine: Engine,
  nowMs: () => number,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  const id = randomUUID();
  const principal = operatorPrincipal();
  const session = createSession({
    id,
    principal,
    peer: 'start',
    engine: await engine.openSession(reachOf(principal, id)),
    nowMs,
  });
  try {
    return await work(session);
  } finally {
    await session.end(serverStopping());
  }
}
