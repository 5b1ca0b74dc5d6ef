/** Step 2: the engine binds one statement and says what it is. Nothing runs, and nothing is planned in advance. */
import type { PlannedStatement, StatementRequest } from './statement.js';

/** @param part which of the engine's own statements `text` is made of, see EngineSession.prepare */
export async function plan(request: StatementRequest, text: string, part: number): Promise<PlannedStatement> {
  const { session, door } = request;
  const engine = await session.engine.prepare(text, part, request.signal);
  return { session, door, text, engine };
}
