/** The worker's side: holds the engine and its objects, answers calls, and transfers the batches it makes. */
import { parentPort } from 'node:worker_threads';
import { GizmoError, toGizmoError } from '../../../errors.js';
import { encodeSchema } from '../../../flight/ipc/schema.js';
import type { EncodedBatch } from '../../../flight/ipc/types.js';
import { closedEarly } from '../abort.js';
import { isFatal } from '../duckdb/errors.js';
import { openDuckDb } from '../duckdb/open-duckdb.js';
import type { Engine, EngineResult, EngineSession, EngineStatement } from '../engine.js';
import { BatchPuller } from './batch-puller.js';
import {
  type AnswerOf,
  type CallName,
  type CallOf,
  type Calls,
  errorFromData,
  errorToData,
  type FromWorker,
  type ParametersAsk,
  type ToWorker,
  threadDied,
} from './protocol.js';

type Answers = {
  readonly [Name in CallName]: (
    ask: Calls[Name]['ask'],
    context: CallContext,
  ) => Promise<Calls[Name]['answer']>;
};

interface CallContext {
  readonly id: number;
  readonly signal: AbortSignal;
}

interface OpenStatement {
  readonly session: number;
  readonly statement: EngineStatement;
  parameters: ParametersAsk['fresh'];
}

interface OpenResult {
  readonly session: number;
  readonly result: EngineResult;
  /** The call that executed it, whose abort signal the result still listens to. */
  readonly executedBy: number;
  /** Calls of `next` follow one another, although the other side asks ahead. */
  last: Promise<unknown>;
  /** Takes the memory of the last batch back. */
  giveBack: EncodedBatch['giveBack'];
}

let engine: Engine | undefined;
let lastHandle = 0;
const sessions = new Map<number, EngineSession>();
const statements = new Map<number, OpenStatement>();
const results = new Map<number, OpenResult>();
const aborters = new Map<number, AbortController>();
const pullers = new Map<number, BatchPuller>();

const answers: Answers = {
  async open(options) {
    engine = await openDuckDb(options);
    void engine.failed.then((error) => post({ type: 'fatal', error: errorToData(error) }));
    return { name: engine.name, version: engine.version };
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
  async prepare({ session, sql, part }, { signal }) {
    const statement = await find(sessions, session).prepare(sql, part, signal);
    const { kind, parts, serverTables, schema, returns, readOnly, parameters } = statement;
    const schemaMessage = schema && encodeSchema(schema);
    const parametersMessage = parameters.fields.length === 0 ? undefined : encodeSchema(parameters);
    const handle = keep(statements, { session, statement, parameters: undefined });
    return {
      statement: handle,
      kind,
      parts,
      serverTables,
      returns,
      readOnly,
      schemaMessage,
      parametersMessage,
    };
  },
  async inspect({ session, sql, ...options }, { signal }) {
    return await find(sessions, session).inspect(sql, { ...options, signal });
  },
  async catalogNames({ session }) {
    return await find(sessions, session).catalogNames();
  },
  async lookUp({ session, names }) {
    return await find(sessions, session).lookUp(names);
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
  async execute({ statement: handle, options }, { id, signal }) {
    const open = find(statements, handle);
    const { parameters: asked, ...others } = options;
    if (asked?.fresh !== undefined) open.parameters = asked.fresh;
    const parameters = asked && open.parameters && { ...open.parameters, row: asked.row };
    const result = await open.statement.execute({ ...others, ...(parameters && { parameters }), signal });
    const { batch, giveBack } = detach(await result.next());
    return {
      result: result.ended
        ? 0
        : keep(results, { session: open.session, result, executedBy: id, last: Promise.resolve(), giveBack }),
      schemaMessage: result.schema === open.statement.schema ? undefined : result.schemaMessage,
      changes: result.changes,
      batch,
      ended: result.ended,
    };
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
      statements.get(message.statement)?.statement.close().catch(reportIfFatal);
      statements.delete(message.statement);
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
  const aborter = new AbortController();
  aborters.set(id, aborter);
  let outlivesCall = false;
  try {
    const reply = await run(call, { id, signal: aborter.signal });
    outlivesCall = reply.name === 'execute' && !reply.answer.ended;
    parentPort?.postMessage(reply, transferable(reply));
  } catch (reason) {
    post({ type: 'error', id, name, error: errorToData(reason) });
  } finally {
    if (!outlivesCall) aborters.delete(id);
  }
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

/** Bodies change threads without a copy; each lies alone in its memory. */
function transferable(reply: AnswerOf): ArrayBuffer[] {
  if (reply.name !== 'execute' && reply.name !== 'next') return [];
  const buffer = reply.answer.batch?.body.buffer;
  return buffer instanceof ArrayBuffer ? [buffer] : [];
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
  aborters.delete(open.executedBy);
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
