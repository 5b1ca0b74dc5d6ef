/** Step 2: the engine says what one statement would do, and binds it. Nothing runs, and nothing is planned in advance. */
import type { PlanFacts } from '../model/plan-facts.js';
import type { PlannedStatement, StatementRequest } from './statement.js';

/**
 * What the statement would do, for whoever may not do everything; undefined for administrators, whom it would cost
 * time and never stop. Inspecting begins a transaction: end it with `endScope` of the session's engine.
 */
export async function inspect(
  { session, door, text }: Pick<PlannedStatement, 'session' | 'door' | 'text'>,
  signal: AbortSignal,
): Promise<PlanFacts | undefined> {
  const { role } = session.principal;
  if (role === 'admin') return undefined;
  return session.engine.inspect(text, {
    readOnly: role === 'readonly',
    // SQL of the server's own, which names built-in functions in full.
    qualified: door === 'metadata',
    signal,
  });
}

/** @param part which of the engine's own statements `text` is made of, see EngineSession.prepare */
export async function plan(
  request: StatementRequest,
  text: string,
  part: number,
  facts: PlanFacts | undefined,
): Promise<PlannedStatement> {
  const { session, door } = request;
  const engine = await session.engine.prepare(text, part, request.signal);
  return { session, door, text, engine, facts };
}
