/** DuckDB in a worker thread, as an Engine in this one: conversion and gRPC then have a core each. */
import { GizmoError } from '../../../errors.js';
import { decodeSchema } from '../../../flight/ipc/schema.js';
import type { ArrowSchema, EncodedBatch } from '../../../flight/ipc/types.js';
import type { PlanFacts } from '../../model/plan-facts.js';
import type { RowFilter } from '../../model/row-filter.js';
import { closedEarly } from '../abort.js';
import { claimFile, type FileClaim } from '../duckdb/database-registry.js';
import type { DuckDbOptions } from '../duckdb/open-duckdb.js';
import type {
  Engine,
  EngineCounts,
  EngineResult,
  EngineSession,
  EngineStatement,
  ExecuteOptions,
  IngestRequest,
  InspectOptions,
  NamedThings,
  SessionReach,
} from '../engine.js';
import {
  detachable,
  type ExecuteAnswer,
  errorToData,
  type NextAnswer,
  type ParametersAsk,
  type PreparedAnswer,
} from './protocol.js';
import { WorkerChannel } from './worker-channel.js';

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
  #closing: Promise<void> | undefined;

  constructor(channel: WorkerChannel, name: string, version: string, claim: FileClaim | undefined) {
    this.#channel = channel;
    this.#claim = claim;
    this.name = name;
    this.version = version;
    this.failed = channel.failed;
  }

  async openSession(reach: SessionReach = {}): Promise<EngineSession> {
    return new WorkerSession(this.#channel, await this.#channel.call('openSession', reach));
  }

  async memoryBytes(): Promise<number> {
    return await this.#channel.call('memoryBytes', null);
  }

  async counts(): Promise<EngineCounts> {
    return await this.#channel.call('counts', null);
  }

  close(): Promise<void> {
    this.#closing ??= this.#channel.stop().finally(() => this.#claim?.release());
    return this.#closing;
  }
}

class WorkerSession implements EngineSession {
  readonly #channel: WorkerChannel;
  readonly #session: number;
  #closing: Promise<unknown> | undefined;

  constructor(channel: WorkerChannel, session: number) {
    this.#channel = channel;
    this.#session = session;
  }

  async parse(sql: string): Promise<{ readonly statements: number }> {
    return await this.#channel.call('parse', { session: this.#session, sql });
  }

  async prepare(sql: string, part = 0, signal?: AbortSignal): Promise<EngineStatement> {
    const answer = await this.#channel.call('prepare', { session: this.#session, sql, part }, signal);
    return new WorkerStatement(this.#channel, answer);
  }

  async ingest({ batches, signal, ...request }: IngestRequest): Promise<{ readonly rows: number }> {
    return await this.#channel.ingest({ session: this.#session, request }, batches, signal);
  }

  async inspect(sql: string, { signal, ...options }: InspectOptions): Promise<PlanFacts> {
    return await this.#channel.call('inspect', { session: this.#session, sql, ...options }, signal);
  }

  async catalogNames(): Promise<readonly string[]> {
    return await this.#channel.call('catalogNames', { session: this.#session });
  }

  async lookUp(names: readonly string[]): Promise<NamedThings> {
    return await this.#channel.call('lookUp', { session: this.#session, names });
  }

  async checkRowFilter(filter: RowFilter): Promise<void> {
    await this.#channel.call('checkRowFilter', { session: this.#session, filter });
  }

  async endScope(how: 'commit' | 'rollback'): Promise<void> {
    await this.#channel.call('endScope', { session: this.#session, how });
  }

  async inTransaction(): Promise<boolean> {
    return await this.#channel.call('inTransaction', { session: this.#session });
  }

  async progress(): Promise<number | undefined> {
    return await this.#channel.call('progress', { session: this.#session });
  }

  async expireTransaction(reason: GizmoError): Promise<boolean> {
    const ask = { session: this.#session, reason: errorToData(reason) };
    return await this.#channel.call('expireTransaction', ask);
  }

  async close(): Promise<void> {
    this.#closing ??= this.#channel.callIfAlive('closeSession', { session: this.#session });
    await this.#closing;
  }
}

class WorkerStatement implements EngineStatement {
  readonly kind: EngineStatement['kind'];
  readonly parts: number;
  readonly serverTables: readonly string[];
  readonly schema: ArrowSchema | undefined;
  readonly returns: EngineStatement['returns'];
  readonly readOnly: boolean;
  readonly parameters: ArrowSchema;
  readonly #channel: WorkerChannel;
  readonly #statement: number;
  readonly #schemaMessage: Uint8Array | undefined;
  #parameterBatch: EncodedBatch | undefined;
  /** Settles when the last execution has answered. */
  #executing: Promise<EngineResult> | undefined;
  #closing: Promise<void> | undefined;

  constructor(channel: WorkerChannel, answer: PreparedAnswer) {
    this.#channel = channel;
    this.#statement = answer.statement;
    this.kind = answer.kind;
    this.parts = answer.parts;
    this.serverTables = answer.serverTables;
    this.#schemaMessage = answer.schemaMessage;
    this.schema = answer.schemaMessage && decodeSchema(answer.schemaMessage);
    this.returns = answer.returns;
    this.readOnly = answer.readOnly;
    this.parameters = answer.parametersMessage ? decodeSchema(answer.parametersMessage) : NO_FIELDS;
  }

  async execute(options: ExecuteOptions = {}): Promise<EngineResult> {
    if (this.#closing !== undefined)
      throw new GizmoError('NOT_FOUND', 'The prepared statement has been closed.');
    const executing = this.#execute(options);
    this.#executing = executing;
    return await executing;
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #execute({ signal, parameters, ...options }: ExecuteOptions): Promise<EngineResult> {
    const ask = {
      statement: this.#statement,
      options: { ...options, parameters: parameters && this.#packParameters(parameters) },
    };
    const { answer, release } = await this.#channel.execute(ask, signal);
    const schemaMessage = answer.schemaMessage ?? this.#schemaMessage;
    const schema = answer.schemaMessage === undefined ? this.schema : decodeSchema(answer.schemaMessage);
    if (schema === undefined || schemaMessage === undefined) throw new Error('the worker sent no schema');
    return new WorkerResult(this.#channel, answer, schema, schemaMessage, release);
  }

  async #close(): Promise<void> {
    const [last] = await Promise.allSettled([this.#executing]);
    try {
      if (last.status === 'fulfilled') await last.value?.close();
    } finally {
      this.#channel.drop(this.#statement);
    }
  }

  #packParameters({ schema, batch, row }: NonNullable<ExecuteOptions['parameters']>): ParametersAsk {
    const isKnown = this.#parameterBatch === batch;
    this.#parameterBatch = batch;
    return { fresh: isKnown ? undefined : { schema, batch: detachable(batch) }, row };
  }
}

const NO_FIELDS: ArrowSchema = { fields: [] };

class WorkerResult implements EngineResult {
  readonly schema: ArrowSchema;
  readonly schemaMessage: Uint8Array;
  readonly changes: number | undefined;
  readonly #channel: WorkerChannel;
  readonly #result: number;
  readonly #release: () => void;
  /** Answers that are here or on their way; one is asked for ahead, so that the worker converts meanwhile. */
  readonly #coming: Promise<NextAnswer>[] = [];
  /** Memory of batches that nobody reads any more; it goes back with the next question. */
  #spent: ArrayBuffer | undefined;
  #ended = false;
  /** Why there is no more although this was not the end. */
  #failure: unknown;
  #closing: Promise<void> | undefined;

  constructor(
    channel: WorkerChannel,
    answer: ExecuteAnswer,
    schema: ArrowSchema,
    schemaMessage: Uint8Array,
    release: () => void,
  ) {
    this.#channel = channel;
    this.#result = answer.result;
    this.schema = schema;
    this.schemaMessage = schemaMessage;
    this.changes = answer.changes;
    this.#release = release;
    if (answer.batch === undefined && answer.ended) this.#finish();
    else this.#coming.push(Promise.resolve(answer));
  }

  get ended(): boolean {
    return this.#ended;
  }

  async next(): Promise<EncodedBatch | undefined> {
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#ended) return undefined;
    const coming = this.#coming.shift() ?? this.#ask();
    try {
      const { batch, ended } = await coming;
      // Closed meanwhile.
      if (this.#failure !== undefined) throw this.#failure;
      if (ended) this.#finish();
      // Before this one is handed over, so that the worker converts meanwhile.
      else if (this.#coming.length === 0) this.#coming.push(this.#ask());
      return batch && { ...batch, giveBack: this.#giveBack };
    } catch (error) {
      this.#fail(error);
      throw this.#failure;
    }
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    if (this.#ended) return;
    this.#fail(closedEarly());
    await this.#channel.callIfAlive('closeResult', { result: this.#result });
  }

  readonly #giveBack = (memory: ArrayBuffer): void => {
    this.#spent = memory;
  };

  #ask(): Promise<NextAnswer> {
    const spent = this.#spent;
    this.#spent = undefined;
    const ask = { result: this.#result, spent };
    const answer = this.#channel.call('next', ask, undefined, spent && [spent]);
    // A failure is told to whoever takes this answer; nobody may, when the result is closed before.
    answer.catch(() => undefined);
    return answer;
  }

  #finish(): void {
    this.#ended = true;
    this.#release();
  }

  #fail(reason: unknown): void {
    this.#failure ??= reason;
    this.#release();
  }
}
