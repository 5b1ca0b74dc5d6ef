/** What the two sides of an engine in a worker thread say to each other. Everything is structured-cloneable. */
import type { EncodedBatch } from '../../../flight/ipc/types.js';
import type { Closed } from '../../model/lent-view.js';
import type { PlanFacts } from '../../model/plan-facts.js';
import type { RowFilter } from '../../model/row-filter.js';
import type { AddressedRun } from '../duckdb/direct/addressed-run.js';
import type { DuckDbOptions } from '../duckdb/open-duckdb.js';
import type {
  Alike,
  EngineCounts,
  EngineStatement,
  ExecuteOptions,
  IngestRequest,
  InspectOptions,
  MadeView,
  NamedThings,
  PrepareHints,
  SessionReach,
} from '../engine.js';
import type { ErrorAsData } from '../error-data.js';

/** Calls, by the name of the operation: what is asked for and what is answered. Numbers name objects of the worker. */
export interface Calls {
  open: {
    ask: DuckDbOptions;
    answer: { readonly name: string; readonly version: string; readonly dataVersion: SharedArrayBuffer };
  };
  openSession: { ask: SessionReach; answer: number };
  memoryBytes: { ask: null; answer: number };
  counts: { ask: null; answer: EngineCounts };
  closeEngine: { ask: null; answer: null };
  parse: { ask: { session: number; sql: string }; answer: { readonly statements: number } };
  prepare: {
    ask: { session: number; sql: string; part: number; hints: PrepareHints };
    answer: PreparedAnswer;
  };
  inspect: { ask: { session: number; sql: string } & Omit<InspectOptions, 'signal'>; answer: PlanFacts };
  catalogNames: { ask: { session: number }; answer: readonly string[] };
  closeView: { ask: { session: number; made: MadeView }; answer: Closed | undefined };
  lookUp: { ask: { session: number; names: readonly string[]; text?: string }; answer: NamedThings };
  checkRowFilter: { ask: { session: number; filter: RowFilter }; answer: null };
  endScope: { ask: { session: number; how: 'commit' | 'rollback' }; answer: null };
  inTransaction: { ask: { session: number }; answer: boolean };
  progress: { ask: { session: number }; answer: number | undefined };
  expireTransaction: { ask: { session: number; reason: ErrorAsData }; answer: boolean };
  ingest: { ask: { session: number; request: IngestAsk }; answer: { readonly rows: number } };
  closeSession: { ask: { session: number }; answer: null };
  execute: { ask: { statement: number; options: ExecuteAsk }; answer: ExecuteAnswer };
  /** Runs a text that need not be prepared, see {@link PrepareHints.alike}. */
  run: { ask: { session: number; sql: string; alike: Alike; tells: boolean }; answer: ExecuteAnswer };
  /** `spent`: memory of an earlier batch, transferred back to be filled again. */
  next: { ask: { result: number; spent: ArrayBuffer | undefined }; answer: NextAnswer };
  closeResult: { ask: { result: number }; answer: null };
  /** Closes a statement whose execution may have begun. Others are dropped. */
  closeStatement: { ask: { statement: number }; answer: null };
}

export type CallName = keyof Calls;

/** Schemas cross as the IPC message that is needed anyway: bytes are cheaper to clone than objects and maps. */
export interface PreparedAnswer
  extends Pick<EngineStatement, 'kind' | 'parts' | 'serverTables' | 'returns' | 'readOnly' | 'keepable'> {
  readonly statement: number;
  readonly schemaMessage: Uint8Array | undefined;
  /** Absent where the statement has no parameters. */
  readonly parametersMessage: Uint8Array | undefined;
  /** The answer to the execution that was not asked for any more, where it was there soon; see {@link PrepareHints}. */
  readonly execution: ExecuteAnswer | undefined;
  /** Whether an execution runs that has not answered yet; the next one that is asked for is that. */
  readonly begun: boolean;
}

export type IngestAsk = Omit<IngestRequest, 'batches' | 'signal'>;
export interface ExecuteAsk extends Omit<ExecuteOptions, 'signal' | 'parameters'> {
  readonly parameters: ParametersAsk | undefined;
  /** It is not executed again: where its result has ended with the answer, it is closed. */
  readonly last: boolean;
  /** Whether {@link ExecuteAnswer.again} is wanted, which costs as much as a small answer. */
  readonly tells: boolean;
}

/** The rows of one batch are executed one after the other: the batch crosses once, later rows only name themselves. */
export interface ParametersAsk {
  readonly fresh: { readonly schemaMessage: Uint8Array; readonly batch: EncodedBatch } | undefined;
  readonly row: number;
}

export interface ExecuteAnswer extends NextAnswer {
  readonly result: number;
  /** Absent where it is the one that `prepare` answered. */
  readonly schemaMessage: Uint8Array | undefined;
  readonly changes: number | undefined;
  /** How this thread may run the same again, where that was asked for. */
  readonly again: AddressedRun | undefined;
}

export interface NextAnswer {
  readonly batch: EncodedBatch | undefined;
  /** Nothing comes after this, so that nobody need ask. */
  readonly ended: boolean;
}

/** All of it is there, and DuckDB holds no more than that. */
export function isSmall({ ended, batch }: NextAnswer): boolean {
  return ended && (batch?.rows ?? 0) <= FEW_ROWS;
}

const FEW_ROWS = 2048;

/** One call; generic in its name so that a table of handlers by name needs no casts. */
export type CallOf<Name extends CallName = CallName> = {
  [Each in Name]: {
    readonly type: 'call';
    readonly id: number;
    readonly name: Each;
    readonly ask: Calls[Each]['ask'];
  };
}[Name];

export type AnswerOf<Name extends CallName = CallName> = {
  [Each in Name]: {
    readonly type: 'answer';
    readonly id: number;
    readonly name: Each;
    readonly answer: Calls[Each]['answer'];
  };
}[Name];

/** To the worker. `abort` reaches a call, and the result of an `execute` for as long as that is open. */
export type ToWorker =
  | CallOf
  /** Destroys a statement that has nothing open; there is no answer. */
  | { readonly type: 'drop'; readonly statement: number }
  | { readonly type: 'abort'; readonly id: number; readonly error: ErrorAsData }
  /** Answers `pull` of the ingest call `id`; undefined at the end of the batches. */
  | { readonly type: 'batch'; readonly id: number; readonly batch: EncodedBatch | undefined }
  | { readonly type: 'batchError'; readonly id: number; readonly error: ErrorAsData };

/** From the worker. */
export type FromWorker =
  | AnswerOf
  | { readonly type: 'error'; readonly id: number; readonly name: CallName; readonly error: ErrorAsData }
  /** `spent`: memory of the batch before, transferred back to be filled again. */
  | { readonly type: 'pull'; readonly id: number; readonly spent: ArrayBuffer | undefined }
  | { readonly type: 'fatal'; readonly error: ErrorAsData };

/** A batch whose body lies alone in its memory, so that it can be transferred without taking anything else along; in `spent` if that is large enough. */
export function detachable({ header, body, rows }: EncodedBatch, spent?: ArrayBuffer): EncodedBatch {
  if (spent === undefined || spent.byteLength < body.byteLength) {
    return { header: new Uint8Array(header), body: new Uint8Array(body), rows };
  }
  const copy = new Uint8Array(spent, 0, body.byteLength);
  copy.set(body);
  return { header: new Uint8Array(header), body: copy, rows };
}
