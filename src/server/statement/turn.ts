/** A session's turn: nothing else of the session runs while work has it. */
import type { Session } from '../session/session.js';

/** Waits for the turn, does `work` and gives the turn back. Rejects with the signal's reason while it waits. */
export async function withTurn<T>(session: Session, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  const release = await session.queue.acquire(signal);
  try {
    return await work();
  } finally {
    release();
  }
}
