/**
 * The life of a statement. Whatever the door, a text passes these steps in this order, and there is no other way
 * to the engine:
 *
 *     parse → plan → authorize → admit → run → record
 *
 * Of a text with several statements each is planned, authorized and run before the next is planned, because what
 * the next one means may depend on it (`USE hidden; FROM t`). All functions here expect the caller to hold the
 * session's queue: one statement at a time.
 */
import type { ExecuteOptions } from '../engine/engine.js';
import type { PlanFacts } from '../model/plan-facts.js';
import { noteRun } from '../session/session-transaction.js';
import { assertAllowed, authorize } from './authorize.js';
import type { Life } from './life-context.js';
import { parse } from './parse.js';
import { inspect, plan, planOwn } from './plan.js';
import { type RecordSubject, startRecord } from './record.js';
import { type RunningResult, run } from './run.js';
import type { AuthorizedStatement, PlannedStatement, StatementRequest } from './statement.js';

/** Takes a text up to the point where its last statement may run, and returns that; those before it have run. */
export async function openStatement(life: Life, request: StatementRequest): Promise<AuthorizedStatement> {
  const texts = await recordingRefusals(life, { ...request, text: request.sql }, () =>
    parse(life.own, request),
  );
  for (const [index, text] of texts.entries()) {
    const isLast = index === texts.length - 1;
    for (let part = 0; ; part++) {
      const statement = await prepare(life, request, text, part);
      const isLastPart = part >= statement.engine.parts - 1;
      if (isLast && isLastPart) return statement;
      try {
        await drain(await execute(life, statement, request.signal));
      } finally {
        await statement.engine.close();
      }
      if (isLastPart) break;
    }
  }
  throw new Error('parse() returned no statement');
}

/**
 * The same for a statement that is only prepared: nothing runs, so a text that is several statements to Gizmo or
 * to the engine (PIVOT) cannot be described, and the answer is undefined.
 */
export async function prepareAlone(
  life: Life,
  request: StatementRequest,
): Promise<AuthorizedStatement | undefined> {
  const [text, ...more] = await recordingRefusals(life, { ...request, text: request.sql }, () =>
    parse(life.own, request),
  );
  if (text === undefined || more.length > 0) return undefined;
  const statement = await prepare(life, request, text, 0);
  if (statement.engine.parts === 1) return statement;
  await statement.engine.close();
  return undefined;
}

/** Runs what was planned; authorized again, because rights and catalog may have changed since. */
export async function execute(
  life: Life,
  planned: PlannedStatement,
  signal: AbortSignal,
  parameters?: ExecuteOptions['parameters'],
): Promise<RunningResult> {
  const { engine } = planned.session;
  let facts: PlanFacts | undefined;
  let statement: AuthorizedStatement;
  try {
    statement = await recordingRefusals(life, planned, async () => {
      life.admission.admit();
      facts = await inspect(life.access, planned, signal);
      return authorize(life, planned, facts);
    });
  } catch (error) {
    if (facts !== undefined) await engine.endScope('rollback');
    throw error;
  }
  noteRun(statement.session, statement.engine.kind);
  return run(life, statement, signal, parameters);
}

/** Reads a result to its end and forgets the rows; resolves with the number of changed rows, if it is known. */
export async function drain(result: RunningResult): Promise<number | undefined> {
  try {
    while ((await result.next()) !== undefined);
    return result.changes;
  } finally {
    await result.close();
  }
}

async function prepare(
  life: Life,
  request: StatementRequest,
  text: string,
  part: number,
): Promise<AuthorizedStatement> {
  return recordingRefusals(life, { ...request, text }, async () => {
    const { session, door, signal } = request;
    life.admission.admit();
    const own = planOwn(life.own, request, text);
    if (own !== undefined) return authorize(life, own, undefined);
    const facts = await inspect(life.access, { session, door, text }, signal);
    try {
      // Before it is bound: binding alone can open files.
      assertAllowed(life.access, session.principal, facts, text);
      return await authorizePlanned(life, await plan(request, text, part, facts), facts);
    } finally {
      if (facts !== undefined) await session.engine.endScope('rollback');
    }
  });
}

async function authorizePlanned(
  life: Life,
  planned: PlannedStatement,
  facts: PlanFacts | undefined,
): Promise<AuthorizedStatement> {
  try {
    return authorize(life, planned, facts);
  } catch (error) {
    await planned.engine.close();
    throw error;
  }
}

async function recordingRefusals<T>(life: Life, subject: RecordSubject, step: () => Promise<T>): Promise<T> {
  const record = startRecord(life, subject);
  try {
    return await step();
  } catch (error) {
    record.failed(error);
    throw error;
  }
}
