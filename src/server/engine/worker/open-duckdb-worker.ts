/** DuckDB in a worker thread, as an Engine in this one: conversion and gRPC then have a core each. */
import type { GizmoError } from '../../../errors.js';
import { decodeSchema } from '../../../flight/ipc/schema.js';
import type { Closed } from '../../model/lent-view.js';
import type { PlanFacts } from '../../model/plan-facts.js';
import type { RowFilter } from '../../model/row-filter.js';
import { throwIfAborted } from '../abort.js';
import { claimFile, type FileClaim } from '../duckdb/database-registry.js';
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
import { KeptPlans } from './kept-plans.js';
import { errorToData } from './protocol.js';
import { WorkerChannel } from './worker-channel.js';
import { WorkerStatement } from './worker-statement.js';

/** Starts the worker and opens the database in it; on failure the worker is gone. Errors: GizmoError. */
export async function openDuckDbWorker(options: DuckDbOptions): Promise<Engine> {
  // The registry of open files is one a thread: the one that counts is this thread's.
  const claim = options.path === undefined ? undefined : claimFile(options.path);
  const channel = new WorkerChannel();
  try {
    const { name, version } = await channel.call('open', options);
    claim?.confirm();
    return new WorkerEngine(channel, name, version, claim);
  } catch (error) {
    await channel.stop();
    claim?.release();
    throw error;
  }
}

class WorkerEngine implements Engine {
  readonly name: string;
  readonly version: string;
  readonly failed: Promise<GizmoError>;
  readonly #channel: WorkerChannel;
  readonly #claim: FileClaim | undefined;
  readonly #plans: KeptPlans;
  #closing: Promise<void> | undefined;

  constructor(channel: WorkerChannel, name: string, version: string, claim: FileClaim | undefined) {
    this.#channel = channel;
    this.#plans = new KeptPlans((statement) => channel.drop(statement));
    this.#claim = claim;
    this.name = name;
    this.version = version;
    this.failed = channel.failed;
  }

  async openSession(reach: SessionReach = {}): Promise<EngineSession> {
    return new WorkerSession(this.#channel, this.#plans, await this.#channel.call('openSession', reach));
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
    this.#closing ??= this.#channel.stop().finally(() => this.#claim?.release());
    return this.#closing;
  }
}

class WorkerSession implements EngineSession {
  readonly #channel: WorkerChannel;
  readonly #plans: KeptPlans;
  readonly #session: number;
  #closing: Promise<unknown> | undefined;

  constructor(channel: WorkerChannel, plans: KeptPlans, session: number) {
    this.#channel = channel;
    this.#plans = plans;
    this.#session = session;
  }

  async parse(sql: string): Promise<{ readonly statements: number }> {
    return await this.#channel.call('parse', { session: this.#session, sql });
  }

  async prepare(
    sql: string,
    part = 0,
    signal?: AbortSignal,
    { atOnce = false, filtered = false }: PrepareHints = {},
  ): Promise<EngineStatement> {
    throwIfAborted(signal);
    const session = this.#session;
    const place = { channel: this.#channel, plans: this.#plans, session, sql, atOnce };
    const kept = part === 0 ? this.#plans.take(session, sql) : undefined;
    if (kept !== undefined) return new WorkerStatement(place, kept, undefined);
    const version = this.#plans.version(session);
    const again = part === 0 && this.#plans.noteAsked(session, sql);
    const ask = { session, sql, part, hints: { atOnce, again, filtered } };
    const { call, answer: prepared } = await this.#channel.prepare(ask, signal);
    const { execution, begun, ...answer } = prepared;
    const plan = { answer, version, schema: answer.schemaMessage && decodeSchema(answer.schemaMessage) };
    const isBegun = begun || execution !== undefined;
    return new WorkerStatement(place, plan, isBegun ? { call, answer: execution } : undefined);
  }

  async ingest({ batches, signal, ...request }: IngestRequest): Promise<{ readonly rows: number }> {
    this.#plans.note(this.#session, 'create');
    try {
      return await this.#channel.ingest({ session: this.#session, request }, batches, signal);
    } finally {
      this.#plans.note(this.#session, 'create');
    }
  }

  async inspect(sql: string, { signal, ...options }: InspectOptions): Promise<PlanFacts> {
    return await this.#channel.call('inspect', { session: this.#session, sql, ...options }, signal);
  }

  async catalogNames(): Promise<readonly string[]> {
    return await this.#channel.call('catalogNames', { session: this.#session });
  }

  async closeView(made: MadeView): Promise<Closed | undefined> {
    return await this.#channel.call('closeView', { session: this.#session, made });
  }

  async lookUp(names: readonly string[]): Promise<NamedThings> {
    return await this.#channel.call('lookUp', { session: this.#session, names });
  }

  async checkRowFilter(filter: RowFilter): Promise<void> {
    await this.#channel.call('checkRowFilter', { session: this.#session, filter });
  }

  async endScope(how: 'commit' | 'rollback'): Promise<void> {
    await this.#channel.call('endScope', { session: this.#session, how });
    this.#plans.noteEnd(this.#session);
  }

  async inTransaction(): Promise<boolean> {
    return await this.#channel.call('inTransaction', { session: this.#session });
  }

  async progress(): Promise<number | undefined> {
    return await this.#channel.call('progress', { session: this.#session });
  }

  async expireTransaction(reason: GizmoError): Promise<boolean> {
    const ask = { session: this.#session, reason: errorToData(reason) };
    const expired = await this.#channel.call('expireTransaction', ask);
    this.#plans.note(this.#session, 'transaction');
    return expired;
  }

  async close(): Promise<void> {
    this.#closing ??= this.#channel.callIfAlive('closeSession', { session: this.#session });
    await this.#closing;
    this.#plans.forgetSession(this.#session);
  }
}
