/**
 * The life of a statement. Whatever the door, a text passes these steps in this order, and there is no other way
 * to the engine:
 *
 *     parse → plan → authorize → hooks → admit → run → record
 *
 * Of a text with several statements each is planned, authorized and run before the next is planned, because what
 * the next one means may depend on it (`USE hidden; FROM t`). All functions here expect the caller to hold the
 * session's queue: one statement at a time.
 */
import { randomUUID } from 'node:crypto';
import { abortReason } from '../../flight/signal.js';
import { type ExecuteOptions, MeaningChanged } from '../engine/engine.js';
import { altered } from '../model/altered.js';
import type { PlanFacts } from '../model/plan-facts.js';
import { noteRun } from '../session/session-transaction.js';
import { answeringInTime } from './answer-in-time.js';
import { askHooks } from './ask-hooks.js';
import { assertAllowed, authorize } from './authorize.js';
import { basisOf, holds, resting, takeKnown } from './basis.js';
import type { Life } from './life-context.js';
import { openInspection } from './open-inspection.js';
import { forgetWritten, noteMade } from './owned-views.js';
import { parse } from './parse.js';
import { inspect, opensFiles, plan, planOwn } from './plan.js';
import { startRecord } from './record.js';
import { type RunningResult, run } from './run.js';
import type { AuthorizedStatement, PlannedStatement, StatementRequest } from './statement.js';
import type { Task } from './tasks.js';
import { toldTo } from './told.js';
import { working } from './working.js';

/**
 * Takes a text up to the point where its last statement may run, and returns that; those before it have run.
 * @param use `once`: the caller executes it next, once and without parameters
 */
export async function openStatement(
  life: Life,
  request: StatementRequest,
  use?: 'once',
): Promise<AuthorizedStatement> {
  const texts = await atWork(life, request, request.sql, () => parse(life, request));
  for (const [index, text] of texts.entries()) {
    const isLast = index === texts.length - 1;
    for (let part = 0; ; part++) {
      const statement = await prepare(life, request, text, part, !isLast || use === 'once');
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
  const [text, ...more] = await atWork(life, request, request.sql, () => parse(life, request));
  if (text === undefined || more.length > 0) return undefined;
  const statement = await prepare(life, request, text, 0, false);
  if (statement.engine.parts === 1) return altered(statement, { planningMs: 0 });
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
  const { id, session, door, text, planningMs } = planned;
  const limitMs = life.settings.queryTimeoutMs(session);
  const usedMs = planningMs;
  const task = life.tasks.begin({
    id,
    session,
    door,
    text,
    state: 'running',
    outer: signal,
    limitMs,
    usedMs,
  });
  try {
    return await runAuthorized(life, planned, task, parameters).catch((error: unknown) => {
      if (!(error instanceof MeaningChanged)) throw error;
      return runAuthorized(life, altered(planned, { basis: undefined }), task, parameters);
    });
  } catch (error) {
    task.end();
    // Where it did not come to that.
    await planned.inspection?.giveUp();
    throw recorded(life, task, error);
  }
}

async function runAuthorized(
  life: Life,
  planned: PlannedStatement,
  task: Task,
  parameters: ExecuteOptions['parameters'],
): Promise<RunningResult> {
  const { session } = planned;
  const authorizing = () =>
    answeringInTime(
      task,
      () => authorizeAgain(life, planned, task),
      () => session.engine.endScope('rollback'),
    );
  const statement = await working(life, task, authorizing, { isOwn: planned.own !== undefined });
  noteRun(session, statement.engine.kind);
  await forgetWritten(life.lentViews, statement);
  const result = await run(life, statement, task, parameters);
  if (isOfAdministrator(statement)) await noteMade(life, statement);
  return result;
}

/** Those of Gizmo's own make no views. */
function isOfAdministrator({ session, own }: PlannedStatement): boolean {
  return session.principal.role === 'admin' && own === undefined;
}

async function authorizeAgain(
  life: Life,
  planned: PlannedStatement,
  { signal }: Task,
): Promise<AuthorizedStatement> {
  life.admission.admit();
  const { session, basis, inspection } = planned;
  if (inspection === undefined && basis !== undefined && holds(life, session, basis)) {
    const statement = authorize(life, planned, planned.facts);
    await askHooks(life.hooks, planned, planned.facts, signal);
    return statement;
  }
  const facts = (await inspection?.use()) ?? (await inspect(life, planned, signal));
  try {
    const statement = authorize(life, altered(planned, { basis: undefined }), facts);
    await askHooks(life.hooks, planned, facts, signal);
    return statement;
  } catch (error) {
    if (facts !== undefined) await planned.session.engine.endScope('rollback');
    throw error;
  }
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
  once: boolean,
): Promise<AuthorizedStatement> {
  return await atWork(life, request, text, async (task) => {
    const statement = await answeringInTime(task, () => prepareIn(life, task, part, once), letGo);
    return altered(statement, { planningMs: task.usedMs });
  });
}

async function prepareIn(life: Life, task: Task, part: number, once: boolean): Promise<AuthorizedStatement> {
  const { session, door, text, signal } = task;
  life.admission.admit();
  const own = planOwn(life.own, task);
  if (own !== undefined) return authorize(life, own, undefined);
  const { role } = session.principal;
  if (role === 'admin') life.guardPaths(text);
  const known = part === 0 ? takeKnown(life, session, door, text) : undefined;
  if (known !== undefined) {
    const { id } = task;
    return await authorizePlanned(life, { id, planningMs: 0, session, door, text, ...known }, known.facts);
  }
  const basis = basisOf(life, session);
  const facts = await inspect(life, { session, door, text }, signal);
  const inspection = facts && openInspection(life.access, session, facts);
  try {
    // Before it is bound: binding alone can open files.
    assertAllowed(life.access, session.principal, facts, text);
    if (role !== 'admin' && opensFiles(facts)) life.guardPaths(text);
    // An administrator's, of which the operator's function has no say either: nothing is decided after this.
    const atOnce = once && facts === undefined && life.hooks.name('authorization') === undefined;
    const planned = await plan(task, part, facts, { atOnce, again: !once && facts !== undefined });
    const statement = await authorizePlanned(life, resting(life, planned, basis), facts);
    // What is lent may be taken back at any time.
    const carries = once && facts?.lent === undefined && statement.engine.parts === 1;
    if (carries && inspection !== undefined) return altered(statement, { inspection });
    await inspection?.giveUp();
    return statement;
  } catch (error) {
    await inspection?.giveUp();
    throw error;
  }
}

/** Closes what was to run next and will not. */
async function letGo({ engine, inspection }: PlannedStatement): Promise<void> {
  await engine.close();
  await inspection?.giveUp();
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

/** Does a step before a statement runs, under its time limit, and records where it fails. */
async function atWork<T>(
  life: Life,
  { session, door, signal: outer }: StatementRequest,
  text: string,
  step: (task: Task) => Promise<T>,
): Promise<T> {
  const limitMs = life.settings.queryTimeoutMs(session);
  const task = life.tasks.begin({ id: randomUUID(), session, door, text, state: 'planning', outer, limitMs });
  try {
    return await task.count(() => step(task));
  } catch (error) {
    throw recorded(life, task, error);
  } finally {
    task.end();
  }
}

/** The reason why a task failed, put into the log, as it is told to whoever asked. */
function recorded(life: Life, task: Task, error: unknown): unknown {
  // "Interrupted" is true and helps nobody: what interrupted it is the reason.
  const reason = task.signal.aborted ? abortReason(task.signal) : error;
  startRecord(life, task).failed(reason);
  return toldTo(life.access, task.session.principal, reason, task.text);
}
