/** The worker's side: holds the engine and its objects, answers calls, and transfers the batches it makes. */
import { parentPort } from 'node:worker_threads';
import { GizmoError, toGizmoError } from '../../../errors.js';
import { decodeKnownSchema, encodeKnownSchema } from '../../../flight/ipc/known-schemas.js';
import type { ArrowSchema, EncodedBatch } from '../../../flight/ipc/types.js';
import { LightAbort } from '../../../flight/light-abort.js';
import { closedEarly } from '../abort.js';
import { DataVersion } from '../duckdb/data-version.js';
import { isFatal } from '../duckdb/errors.js';
import { openDuckDb } from '../duckdb/open-duckdb.js';
import type { Engine, EngineResult, EngineSession, EngineStatement } from '../engine.js';
import { errorFromData, errorToData, threadDied } from '../error-data.js';
import { BatchPuller } from './batch-puller.js';
import type {
  AnswerOf,
  CallName,
  CallOf,
  Calls,
  ExecuteAnswer,
  ExecuteAsk,
  FromWorker,
  ToWorker,
} from './protocol.js';
import { transferable } from './transferable.js';

type Answers = {
  readonly [Name in CallName]: (
    ask: Calls[Name]['ask'],
    context: CallContext,
  ) => Promise<Calls[Name]['answer']>;
};

interface CallContext {
  readonly id: number;
  readonly signal: AbortSignal;
  /** Keeps the signal for what is still open after the answer. */
  outlives: boolean;
}

interface OpenStatement {
  readonly session: number;
  readonly statement: EngineStatement;
  parameters: { readonly schema: ArrowSchema; readonly batch: EncodedBatch } | undefined;
  /** An execution that began with the preparation and has not been asked for yet; its signal is that call's. */
  begun: { readonly call: number; readonly answer: Promise<ExecuteAnswer> } | undefined;
}

interface OpenResult {
  readonly session: number;
  readonly result: EngineResult;
  /** Those that executed it, whose abort signals the result still listens to. */
  readonly calls: number[];
  /** Calls of `next` follow one another, although the other side asks ahead. */
  last: Promise<unknown>;
  /** Takes the memory of the last batch back. */
  giveBack: EncodedBatch['giveBack'];
}

let engine: Engine | undefined;
const dataVersion = new DataVersion();
let lastHandle = 0;
const sessions = new Map<number, EngineSession>();
const statements = new Map<number, OpenStatement>();
const results = new Map<number, OpenResult>();
const aborters = new Map<number, LightAbort>();
const pullers = new Map<number, BatchPuller>();
/** What is still to be closed with a result. */
const atEnd = new WeakMap<EngineResult, () => Promise<void>>();

const answers: Answers = {
  async open(options) {
    engine = await openDuckDb(options, dataVersion);
    void engine.failed.then((error) => post({ type: 'fatal', error: errorToData(error) }));
    const { name, version } = engine;
    return { name, version, dataVersion: dataVersion.shared };
  },
  async openSession(options) {
    return keep(sessions, await running().openSession(options));
  },
  async memoryBytes() {
    return await running().memoryBytes();
  },
  /** What DuckDB has open, or what has a handle here: whichever is more. */
  async counts() {
    const counts = await running().counts();
    return {
      sessions: Math.max(counts.sessions, sessions.size),
      statements: Math.max(counts.statements, statements.size),
      results: Math.max(counts.results, results.size),
      planning: counts.planning,
    };
  },
  async closeEngine() {
    await engine?.close();
    // With the port closed nothing keeps the thread alive.
    setImmediate(() => parentPort?.close());
    return null;
  },
  async parse({ session, sql }) {
    return await find(sessions, session).parse(sql);
  },
  async prepare({ session, sql, part, hints }, context) {
    const statement = await find(sessions, session).prepare(sql, part, context.signal, hints);
    const { kind, parts, serverTables, schema, returns, readOnly, keepable, parameters } = statement;
    const schemaMessage = schema && encodeKnownSchema(schema);
    const parametersMessage = parameters.fields.length === 0 ? undefined : encodeKnownSchema(parameters);
    const open: OpenStatement = { session, statement, parameters: undefined, begun: undefined };
    const handle = keep(statements, open);
    const mayBegin = hints.atOnce === true && readOnly && parts === 1 && serverTables.length === 0;
    const execution =
      mayBegin && parametersMessage === undefined ? await begin(handle, open, context) : undefined;
    return {
      statement: handle,
      kind,
      parts,
      serverTables,
      returns,
      readOnly,
      keepable,
      schemaMessage,
      parametersMessage,
      execution,
      begun: open.begun !== undefined,
    };
  },
  async inspect({ session, sql, ...options }, { signal }) {
    return await find(sessions, session).inspect(sql, { signal, ...options });
  },
  async catalogNames({ session }) {
    return await find(sessions, session).catalogNames();
  },
  async closeView({ session, made }) {
    return await find(sessions, session).closeView(made);
  },
  async lookUp({ session, names, text }) {
    return await find(sessions, session).lookUp(names, text);
  },
  async checkRowFilter({ session, filter }) {
    await find(sessions, session).checkRowFilter(filter);
    return null;
  },
  async endScope({ session, how }) {
    if (how === 'commit') await find(sessions, session).endScope(how);
    else await sessions.get(session)?.endScope(how);
    return null;
  },
  async inTransaction({ session }) {
    return await find(sessions, session).inTransaction();
  },
  async progress({ session }) {
    return await find(sessions, session).progress();
  },
  async expireTransaction({ session, reason }) {
    return await find(sessions, session).expireTransaction(errorFromData(reason));
  },
  async ingest({ session, request }, { id, signal }) {
    const puller = new BatchPuller((spent) => post({ type: 'pull', id, spent }, spent));
    pullers.set(id, puller);
    try {
      return await find(sessions, session).ingest({ ...request, batches: puller, signal });
    } finally {
      pullers.delete(id);
    }
  },
  async closeSession({ session }) {
    const open = sessions.get(session);
    sessions.delete(session);
    await open?.close();
    // What the other side has not closed by itself has gone with the session.
    for (const [handle, { session: owner }] of statements) if (owner === session) statements.delete(handle);
    for (const [handle, { session: owner }] of results) if (owner === session) forgetResult(handle);
    return null;
  },
  async execute({ statement: handle, options }, context) {
    const open = find(statements, handle);
    const { begun } = open;
    if (begun === undefined) return await execute(handle, open, options, context);
    open.begun = undefined;
    const follow = () => aborters.get(begun.call)?.abort(context.signal.reason);
    if (context.signal.aborted) follow();
    else context.signal.addEventListener('abort', follow, { once: true });
    const answer = await begun.answer;
    context.outlives = !answer.ended;
    results.get(answer.result)?.calls.push(context.id);
    return answer;
  },
  async run({ session, sql, alike, tells }, context) {
    const statement = await find(sessions, session).prepare(sql, 0, context.signal, { alike });
    let goesOn = false;
    try {
      const result = await statement.execute({ signal: context.signal });
      const answer = await firstAnswer(session, result, { tells }, context);
      goesOn = !answer.ended;
      if (goesOn) atEnd.set(result, () => statement.close());
      return answer;
    } finally {
      if (!goesOn) statement.close().catch(reportIfFatal);
    }
  },
  async next({ result: handle, spent }) {
    const open = results.get(handle);
    if (open === undefined) throw closedEarly();
    if (spent !== undefined) open.giveBack?.(spent);
    const reading = open.last.then(() => open.result.next());
    open.last = reading;
    try {
      const { batch, giveBack } = detach(await reading);
      open.giveBack = giveBack;
      const { ended } = open.result;
      if (ended) forgetResult(handle);
      return { batch, ended };
    } catch (error) {
      forgetResult(handle);
      throw error;
    }
  },
  async closeStatement({ statement }) {
    const { begun } = find(statements, statement);
    if (begun !== undefined) aborters.get(begun.call)?.abort(closedEarly());
    await close(statement);
    return null;
  },
  async closeResult({ result }) {
    const open = results.get(result);
    try {
      await open?.result.close();
    } finally {
      forgetResult(result);
    }
    return null;
  },
};

parentPort?.on('message', (message: ToWorker) => {
  switch (message.type) {
    case 'call':
      void answer(message);
      return;
    case 'drop':
      close(message.statement).catch(reportIfFatal);
      return;
    case 'abort':
      aborters.get(message.id)?.abort(errorFromData(message.error));
      return;
    case 'batch':
      pullers.get(message.id)?.push(message.batch);
      return;
    case 'batchError':
      pullers.get(message.id)?.fail(errorFromData(message.error));
  }
});

// The thread lives on only to be closed: at its end Node would wait for statements that nobody can interrupt any more.
process.on('uncaughtException', (reason) => post({ type: 'fatal', error: errorToData(threadDied(reason)) }));

async function answer(call: CallOf): Promise<void> {
  const { id, name } = call;
  const aborter = new LightAbort();
  aborters.set(id, aborter);
  const context = { id, signal: aborter.signal, outlives: false };
  try {
    const reply = await run(call, context);
    parentPort?.postMessage(reply, transferable(reply));
  } catch (reason) {
    post({ type: 'error', id, name, error: errorToData(reason) });
  } finally {
    if (!context.outlives) aborters.delete(id);
  }
}

/** Executes a statement and reads its first batch. */
async function execute(
  handle: number,
  open: OpenStatement,
  { parameters: asked, last, tells, ...others }: ExecuteAsk,
  context: CallContext,
): Promise<ExecuteAnswer> {
  if (asked?.fresh !== undefined) {
    const { schemaMessage, batch } = asked.fresh;
    open.parameters = { schema: decodeKnownSchema(schemaMessage), batch };
  }
  const { session, statement } = open;
  const { signal } = context;
  const parameters = asked && open.parameters && { row: asked.row, ...open.parameters };
  const result = await statement.execute({ signal, ...others, ...(parameters && { parameters }) });
  const answer = await firstAnswer(session, result, { promised: statement.schema, tells }, context);
  if (answer.ended && last) close(handle).catch(reportIfFatal);
  return answer;
}

/** Reads the first batch of what runs. */
async function firstAnswer(
  session: number,
  result: EngineResult,
  { promised, tells }: { readonly promised?: ArrowSchema | undefined; readonly tells: boolean },
  context: CallContext,
): Promise<ExecuteAnswer> {
  const { batch, giveBack } = detach(await result.next());
  const { ended } = result;
  context.outlives = !ended;
  const open = { session, result, calls: [context.id], last: Promise.resolve(), giveBack };
  return {
    result: ended ? 0 : keep(results, open),
    schemaMessage: result.schema === promised ? undefined : result.schemaMessage,
    changes: result.changes,
    again: ended && tells ? result.again?.() : undefined,
    batch,
    ended,
  };
}

/** Begins a query that is about to be asked for. Its answer where that comes soon, else it waits for the question. */
async function begin(
  handle: number,
  open: OpenStatement,
  context: CallContext,
): Promise<ExecuteAnswer | undefined> {
  const answer = execute(handle, open, { parameters: undefined, last: false, tells: true }, context);
  let timer: NodeJS.Timeout | undefined;
  const soon = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), SOON_MS);
  });
  try {
    const found = await Promise.race([answer, soon]);
    if (found?.ended === true && !open.statement.keepable) await close(handle);
    if (found !== undefined) return found;
  } catch {
    // Told to whoever asks for it.
  } finally {
    clearTimeout(timer);
  }
  context.outlives = true;
  open.begun = { call: context.id, answer };
  answer.then(
    ({ ended }) => ended && aborters.delete(context.id),
    () => aborters.delete(context.id),
  );
  return undefined;
}

/** A query that takes longer is shown as running, not as being planned. */
const SOON_MS = 3;

/** Closes a statement, with the result of an execution that nobody has asked for. */
async function close(handle: number): Promise<void> {
  const open = statements.get(handle);
  statements.delete(handle);
  open?.begun?.answer.then(({ result }) => forgetResult(result)).catch(() => undefined);
  await open?.statement.close();
}

async function run<Name extends CallName>(call: CallOf<Name>, context: CallContext): Promise<AnswerOf<Name>> {
  const { id, name, ask } = call;
  return { type: 'answer', id, name, answer: await answers[name](ask, context) };
}

/** A function cannot change threads: the other side has one of its own. */
function detach(
  made: EncodedBatch | undefined,
): Pick<OpenResult, 'giveBack'> & { batch: EncodedBatch | undefined } {
  if (made === undefined) return { batch: undefined, giveBack: undefined };
  const { giveBack, ...batch } = made;
  return { batch, giveBack };
}

/** For what nobody waits for: only what concerns the whole database is told. */
function reportIfFatal(reason: unknown): void {
  const error = toGizmoError(reason);
  if (isFatal(error)) post({ type: 'fatal', error: errorToData(error) });
}

function forgetResult(handle: number): void {
  const open = results.get(handle);
  if (open === undefined) return;
  results.delete(handle);
  atEnd.get(open.result)?.().catch(reportIfFatal);
  for (const call of open.calls) aborters.delete(call);
}

function post(message: FromWorker, transferred?: ArrayBuffer): void {
  parentPort?.postMessage(message, transferred === undefined ? [] : [transferred]);
}

function keep<T>(handles: Map<number, T>, value: T): number {
  lastHandle += 1;
  handles.set(lastHandle, value);
  return lastHandle;
}

function find<T>(handles: ReadonlyMap<number, T>, handle: number): T {
  const value = handles.get(handle);
  if (value === undefined) throw new GizmoError('NOT_FOUND', 'It has been closed.');
  return value;
}

function running(): Engine {
  if (engine === undefined) throw new GizmoError('FAILED_PRECONDITION', 'The database is not open.');
  return engine;
}
