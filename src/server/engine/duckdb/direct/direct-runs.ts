/**
 * Runs small statements from the thread that asks for them, past the engine's: DuckDB does so in a thread of libuv's pool in
 * any case, and the two changes of threads before and after cost more than the statement.
 */
import type { GizmoError } from '../../../../errors.js';
import { abortReason, throwIfAborted } from '../../abort.js';
import type { CalledResult } from '../call-functions.js';
import type { DataVersion } from '../data-version.js';
import { isFatal, lostReason, toEngineError } from '../errors.js';
import { openProcessMemory } from '../memory.js';
import type { AddressedRun, DecimalShape } from './addressed-run.js';
import { DirectResult } from './direct-result.js';
import type { DirectRun, Reach } from './direct-run.js';

/**
 * Undefined where DuckDB cannot be reached by address.
 * @param callsMax threads of the pool that may be held at a time
 */
export function openDirectRuns(
  dataVersion: DataVersion,
  callsMax: number,
  onFatal: (error: GizmoError) => void,
): DirectRuns | undefined {
  const memory = callsMax > 0 ? openProcessMemory() : undefined;
  const { calls, fetching, vectors } = memory ?? {};
  if (memory === undefined || calls === undefined || fetching === undefined || vectors === undefined)
    return undefined;
  return new DirectRuns({ calls, fetching, vectors, memory }, dataVersion, callsMax, onFatal);
}

/** See above. One statement a session at a time. */
export class DirectRuns {
  readonly #reach: Reach;
  readonly #dataVersion: DataVersion;
  readonly #callsMax: number;
  readonly #onFatal: (error: GizmoError) => void;
  /** Those whose connection is there. */
  readonly #sessions = new Set<number>();
  /** What runs, by session: one at a time. */
  readonly #running = new Map<number, Running>();
  #closed = false;

  constructor(
    reach: Reach,
    dataVersion: DataVersion,
    callsMax: number,
    onFatal: (error: GizmoError) => void,
  ) {
    this.#reach = reach;
    this.#dataVersion = dataVersion;
    this.#callsMax = callsMax;
    this.#onFatal = onFatal;
  }

  /** A session has been opened. */
  open(session: number): void {
    this.#sessions.add(session);
  }

  /** Whether it is not planned for other data than there is. */
  isCurrent({ planned }: AddressedRun): boolean {
    return planned?.dataVersion === undefined || planned.dataVersion === this.#dataVersion.value;
  }

  /** Undefined where the engine's thread has to run it: it was planned for other data, or there is no place. */
  start(run: DirectRun, signal: AbortSignal | undefined): Promise<DirectResult | undefined> | undefined {
    const { again, session, values = [] } = run;
    if (this.#closed || !this.#sessions.has(session) || this.#running.has(session)) return undefined;
    if (this.#running.size >= this.#callsMax) return undefined;
    const { statement } = again.planned ?? {};
    if (!this.isCurrent(again)) return undefined;
    if (statement !== undefined && !this.#reach.calls.bind(statement, values)) return undefined;
    return this.#run(run, signal);
  }

  /** A session is about to be closed: stops what runs in it, and waits for its end. Nothing begins any more. */
  async closeSession(session: number, reason: GizmoError): Promise<void> {
    this.#sessions.delete(session);
    const running = this.#running.get(session);
    running?.stop(reason);
    await running?.over;
  }

  /** The same of all sessions, for good. */
  async close(reason: GizmoError): Promise<void> {
    this.#closed = true;
    await Promise.all([...this.#running.keys()].map((session) => this.closeSession(session, reason)));
  }

  async #run(run: DirectRun, signal: AbortSignal | undefined): Promise<DirectResult | undefined> {
    throwIfAborted(signal);
    const { calls } = this.#reach;
    const { session, sql, again, readOnly } = run;
    const { connection, planned } = again;
    const running = new Running(() => calls.interrupt(connection));
    const abort = () => signal && running.stop(abortReason(signal));
    this.#running.set(session, running);
    signal?.addEventListener('abort', abort, { once: true });
    let called: CalledResult;
    try {
      called = await (planned === undefined
        ? calls.query(connection, sql)
        : calls.executePrepared(planned.statement));
    } catch (reason) {
      throw running.stopped ?? this.#failure(reason, sql);
    } finally {
      signal?.removeEventListener('abort', abort);
      this.#running.delete(session);
      running.end();
      if (!readOnly) this.#dataVersion.bump();
    }
    if (readOnly && !isAsKnown(called, again)) {
      called.destroy();
      return undefined;
    }
    return new DirectResult(called, run, this.#reach);
  }

  #failure(reason: unknown, sql: string): GizmoError {
    const found = toEngineError(reason, sql);
    const error = found.code === 'CANCELLED' ? lostReason(found) : found;
    if (isFatal(error)) this.#onFatal(error);
    return error;
  }
}

/** Names may have values in them; and read by another type than it has, what is there would be taken for addresses. */
function isAsKnown(result: CalledResult, { columns }: AddressedRun): boolean {
  if (result.columnCount() !== columns.length) return false;
  return columns.every(
    ({ name, plan, decimal }, index) =>
      result.columnType(index) === plan.type &&
      result.columnName(index) === name &&
      (decimal === undefined || isSame(result.decimalShape(index), decimal)),
  );
}

function isSame(one: DecimalShape, other: DecimalShape): boolean {
  return one.width === other.width && one.scale === other.scale;
}

/** A call of DuckDB that can be told to stop. */
class Running {
  readonly over: Promise<void>;
  /** Why it was told so. */
  stopped: GizmoError | undefined;
  readonly #interrupt: () => void;
  #repeating: NodeJS.Timeout | undefined;
  #resolve: () => void = () => {};

  constructor(interrupt: () => void) {
    this.#interrupt = interrupt;
    this.over = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  stop(reason: GizmoError): void {
    this.stopped ??= reason;
    this.#interrupt();
    this.#repeating ??= setInterval(this.#interrupt, INTERRUPT_EVERY_MS);
  }

  end(): void {
    clearInterval(this.#repeating);
    this.#resolve();
  }
}

/** DuckDB loses an interrupt that arrives before the statement has its thread. */
const INTERRUPT_EVERY_MS = 20;
