/** What the server does for whoever starts it: through a session like anybody's. */
import { randomUUID } from 'node:crypto';
import { operatorPrincipal } from './auth/operator.js';
import type { Engine } from './engine/engine.js';
import { createSession, type Session } from './session/session.js';
import { serverStopping } from './statement/admit.js';

/** Does something in a session of the person who starts the server. */
export async function asOperator<T>(
  engine: Engine,
  nowMs: () => number,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  const session = createSession({
    id: randomUUID(),
    principal: operatorPrincipal(),
    peer: 'start',
    engine: await engine.openSession(),
    nowMs,
  });
  try {
    return await work(session);
  } finally {
    await session.end(serverStopping());
  }
}
