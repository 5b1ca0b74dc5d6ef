/** DuckDB in a worker thread, as an Engine in this one: conversion and gRPC then have a core each. */
import { GizmoError } from '../../../errors.js';
import { decodeKnownSchema } from '../../../flight/ipc/known-schemas.js';
import type { Closed } from '../../model/lent-view.js';
import type { PlanFacts } from '../../model/plan-facts.js';
import type { RowFilter } from '../../model/row-filter.js';
import { throwIfAborted } from '../abort.js';
import { DataVersion } from '../duckdb/data-version.js';
import { claimFile, type FileClaim } from '../duckdb/database-registry.js';
import { type DirectRuns, openDirectRuns } from '../duckdb/direct/direct-runs.js';
import type { DuckDbOptions } from '../duckdb/open-duckdb.js';
import type {
  Engine,
  EngineCounts,
  EngineSession,
  EngineStatement,
  IngestRequest,
  InspectOptions,
  MadeView,
  NamedThings,
  PrepareHints,
  SessionReach,
} from '../engine.js';
import { errorToData } from '../error-data.js';
import { AlikeTexts } from './alike-texts.js';
import { KeptPlans } from './kept-plans.js';
import { stopped, WorkerChannel } from './worker-channel.js';
import { type StatementPlace, WorkerStatement } from './worker-statement.js';
import { WorkerText } from './worker-text.js';

/** Starts the worker and opens the database in it; on failure the worker is gone. Errors: GizmoError. */
export async function openDuckDbWorker(options: DuckDbOptions): Promise<Engine> {
  // The registry of open files is one a thread: the one that counts is this thread's.
  const claim = options.path === undefined ? undefined : claimFile(options.path);
  const channel = new WorkerChannel();
  const { concurrentCallsMax: callsMax = 0, safeMemory = false } = options;
  const directsMax = safeMemory ? 0 : Math.ceil(callsMax / CALLS_A_DIRECT_RUN);
  try {
    const opened = await channel.call('open', options);
    claim?.confirm();
    const directs = openDirectRuns(new DataVersion(opened.dataVersion), directsMax, (error) =>
      channel.reportFatal(error),
    );
    const isExtended = options.allowExtensions || (options.extensions ?? []).length > 0;
    return new WorkerEngine(channel, opened, isExtended, directs, claim);
  } catch (error) {
    await channel.stop();
    claim?.release();
    throw error;
  }
}

/**
 * Of so many calls of the engine's thread there is one place more for what runs past it: eight of the server's pool, which leaves
 * as many for everybody else. It is not taken from those calls, of which one user may hold half for as long as he likes.
 */
const CALLS_A_DIRECT_RUN = 6;

class WorkerEngine implements Engine {
  readonly name: string;
  readonly version: string;
  readonly failed: Promise<GizmoError>;
  readonly #channel: WorkerChannel;
  readonly #claim: FileClaim | undefined;
  readonly #plans: KeptPlans;
  readonly #texts = new AlikeTexts();
  readonly #directs: DirectRuns | undefined;
  #closing: Promise<void> | undefined;

  constructor(
    channel: WorkerChannel,
    { name, version }: { readonly name: string; readonly version: string },
    isExtended: boolean,
    directs: DirectRuns | undefined,
    claim: FileClaim | undefined,
  ) {
    this.#channel = channel;
    this.#directs = directs;
    // What it has is gone, or not to be used any more.
    if (directs !== undefined) void channel.failed.then((error) => directs.close(error));
    this.#plans = new KeptPlans((statement) => channel.drop(statement), isExtended);
    this.#claim = claim;
    this.name = name;
    this.version = version;
    this.failed = channel.failed;
  }

  async openSession(reach: SessionReach = {}): Promise<EngineSession> {
    const session = await this.#channel.call('openSession', reach);
    this.#directs?.open(session);
    return new WorkerSession(this.#channel, this.#plans, this.#texts, this.#directs, session);
  }

  async memoryBytes(): Promise<number> {
    return await this.#channel.call('memoryBytes', null);
  }

  async counts(): Promise<EngineCounts> {
    const counts = await this.#channel.call('counts', null);
    // What is kept for later is nobody's.
    return { ...counts, statements: counts.statements - this.#plans.size };
  }

  close(): Promise<void> {
    this.#closing ??= this.#stop().finally(() => this.#claim?.release());
    return this.#closing;
  }

  async #stop(): Promise<void> {
    await this.#directs?.close(stopped());
    await this.#channel.stop();
  }
}

class WorkerSession implements EngineSession {
  readonly #channel: WorkerChannel;
  readonly #plans: KeptPlans;
  readonly #texts: AlikeTexts;
  readonly #session: number;
  readonly #directs: DirectRuns | undefined;
  /** As long as nothing has been attached, detached or renamed. */
  #catalogs: { readonly meaning: number; readonly names: readonly string[] } | undefined;
  #closing: Promise<unknown> | undefined;

  constructor(
    channel: WorkerChannel,
    plans: KeptPlans,
    texts: AlikeTexts,
    directs: DirectRuns | undefined,
    session: number,
  ) {
    this.#directs = directs;
    this.#channel = channel;
    this.#plans = plans;
    this.#texts = texts;
    this.#session = session;
  }

  async parse(sql: string): Promise<{ readonly statements: number }> {
    return await this.#channel.call('parse', { session: this.#session, sql });
  }

  async prepare(
    sql: string,
    part = 0,
    signal?: AbortSignal,
    {
      atOnce = false,
      filtered = false,
      cut = false,
      inspected = false,
      again: isAgain = false,
    }: PrepareHints = {},
  ): Promise<EngineStatement> {
    throwIfAborted(signal);
    const session = this.#session;
    const place = this.#place(sql, { atOnce, inspected });
    const kept = part === 0 ? this.#plans.take(session, sql) : undefined;
    if (kept !== undefined && !inspected) return new WorkerStatement(place, kept, undefined);
    // What runs in place of the text may be something else now.
    if (kept !== undefined) this.#channel.drop(kept.answer.statement);
    const version = this.#plans.version(session);
    const again = part === 0 && (this.#plans.noteAsked(session, sql) || isAgain);
    const known = atOnce && part === 0 ? this.#texts.find(session, sql, this.meaning) : undefined;
    // What is asked again may be kept, which is better still.
    if (known !== undefined && !(again && known.alike.readOnly)) return new WorkerText(place, known);
    const ask = { session, sql, part, hints: { atOnce, again, filtered, cut } };
    const { call, answer: prepared } = await this.#channel.prepare(ask, signal);
    const { execution, begun, ...answer } = prepared;
    const plan = { answer, version, schema: answer.schemaMessage && decodeKnownSchema(answer.schemaMessage) };
    const isBegun = begun || execution !== undefined;
    return new WorkerStatement(place, plan, isBegun ? { call, answer: execution } : undefined);
  }

  get meaning(): number | undefined {
    return this.#plans.meaning(this.#session);
  }

  takeNoted(sql: string): EngineStatement | undefined {
    const kept = this.#plans.takeNoted(this.#session, sql);
    return kept && new WorkerStatement(this.#place(sql, { atOnce: false, inspected: true }), kept, undefined);
  }

  #place(sql: string, how: { readonly atOnce: boolean; readonly inspected: boolean }): StatementPlace {
    const texts = this.#texts;
    const directs = this.#directs;
    return {
      channel: this.#channel,
      plans: this.#plans,
      session: this.#session,
      sql,
      texts,
      directs,
      ...how,
    };
  }

  async ingest({ batches, signal, ...request }: IngestRequest): Promise<{ readonly rows: number }> {
    const over = this.#plans.begin(this.#session, 'create');
    try {
      return await this.#channel.ingest({ session: this.#session, request }, batches, signal);
    } finally {
      over();
    }
  }

  async inspect(sql: string, { signal, ...options }: InspectOptions): Promise<PlanFacts> {
    return await this.#channel.call('inspect', { session: this.#session, sql, ...options }, signal);
  }

  async catalogNames(): Promise<readonly string[]> {
    const { meaning } = this;
    const known = this.#catalogs;
    if (known !== undefined && known.meaning === meaning) return known.names;
    const names = await this.#channel.call('catalogNames', { session: this.#session });
    // None where a transaction has failed, which is no change.
    if (meaning !== undefined && this.meaning === meaning && names.length > 0)
      this.#catalogs = { meaning, names };
    return names;
  }

  async closeView(made: MadeView): Promise<Closed | undefined> {
    return await this.#channel.call('closeView', { session: this.#session, made });
  }

  async lookUp(names: readonly string[], text?: string): Promise<NamedThings> {
    const session = this.#session;
    return await this.#channel.call('lookUp', { session, names, ...(text !== undefined && { text }) });
  }

  async checkRowFilter(filter: RowFilter): Promise<void> {
    await this.#channel.call('checkRowFilter', { session: this.#session, filter });
  }

  async endScope(how: 'commit' | 'rollback'): Promise<void> {
    const over = this.#plans.beginEnd(this.#session);
    try {
      await this.#channel.call('endScope', { session: this.#session, how });
    } finally {
      over();
    }
  }

  async inTransaction(): Promise<boolean> {
    return await this.#channel.call('inTransaction', { session: this.#session });
  }

  async progress(): Promise<number | undefined> {
    return await this.#channel.call('progress', { session: this.#session });
  }

  async expireTransaction(reason: GizmoError): Promise<boolean> {
    const ask = { session: this.#session, reason: errorToData(reason) };
    const over = this.#plans.begin(this.#session, 'transaction');
    try {
      return await this.#channel.call('expireTransaction', ask);
    } finally {
      over();
    }
  }

  async close(): Promise<void> {
    this.#closing ??= this.#close();
    await this.#closing;
    this.#plans.forgetSession(this.#session);
  }

  async #close(): Promise<void> {
    // What runs from here holds the connection.
    await this.#directs?.closeSession(this.#session, sessionClosed());
    await this.#channel.callIfAlive('closeSession', { session: this.#session });
  }
}

function sessionClosed(): GizmoError {
  return new GizmoError('CANCELLED', 'The session was closed.');
}
