/**
 * One DuckDB connection and the calls on it: each goes through the gate, and an interrupt reaches the one
 * that runs, is repeated until it has an effect, and takes back the one that still waits.
 */
import duckdb, { type Connection } from '@duckdb/node-bindings';
import { GizmoError } from '../../../errors.js';
import { abortReason, throwIfAborted } from '../abort.js';
import type { CallGate } from './call-gate.js';
import { isFatal, isOfReplaced, lostReason, toEngineError } from './errors.js';

/** DuckDB loses an interrupt that arrives before the statement has its thread, hence the repetition. */
const INTERRUPT_EVERY_MS = 20;

export class Lane {
  readonly connection: Connection;
  readonly #gate: CallGate;
  readonly #onFatal: (error: GizmoError) => void;
  readonly #owner: string | undefined;
  /** Whether the calls are such that DuckDB cannot interrupt. */
  #plans = false;
  #running: Promise<unknown> | undefined;
  #interrupting: NodeJS.Timeout | undefined;
  #closed: GizmoError | undefined;
  /** Whether somebody asked for the call that runs, or ran last, to stop. */
  #interrupted = false;
  /** The end of a transaction that no call may see any more. */
  #leaving: Promise<void> | undefined;

  /** @param owner the user whose session it is; undefined: the server itself */
  constructor(
    connection: Connection,
    gate: CallGate,
    onFatal: (error: GizmoError) => void,
    owner: string | undefined,
  ) {
    this.connection = connection;
    this.#gate = gate;
    this.#onFatal = onFatal;
    this.#owner = owner;
  }

  /** Told why the open transaction was rolled back, without anybody having asked; an empty one is in its place. */
  onLeft: (reason: GizmoError) => void = () => {};

  /** Whether errors leave out the piece of the statement that DuckDB quotes: it is not the text that was sent. */
  hidesExcerpts = false;

  /** Why later calls fail; undefined while the connection is open. */
  get closed(): GizmoError | undefined {
    return this.#closed;
  }

  /** Runs one DuckDB call; `sql` serves to place its error. A rejection is always a GizmoError. */
  async call<T>(start: () => Promise<T>, sql?: string): Promise<T> {
    const caller = { owner: this.#owner, plans: this.#plans };
    const turn = this.#gate.enter(this, caller);
    if (turn !== undefined) await turn;
    try {
      if (this.#leaving !== undefined) await this.#leaving;
      if (this.#closed !== undefined) throw this.#closed;
      this.#interrupted = false;
      const running = start();
      this.#running = running;
      return await running;
    } catch (reason) {
      const error = this.fail(reason, sql);
      if (this.#leaving !== undefined) await this.#leaving;
      throw error;
    } finally {
      this.#running = undefined;
      if (this.#interrupting !== undefined) clearInterval(this.#interrupting);
      this.#interrupting = undefined;
      this.#gate.leave(caller);
    }
  }

  /** Does `work`, made of calls that DuckDB cannot interrupt, such as parsing and binding. */
  async planning<T>(work: () => Promise<T>): Promise<T> {
    const before = this.#plans;
    this.#plans = true;
    try {
      return await work();
    } finally {
      this.#plans = before;
    }
  }

  /** Whether a call runs that DuckDB cannot interrupt. */
  get plans(): boolean {
    return this.#plans && this.#running !== undefined;
  }

  /** Turns a DuckDB error into ours and raises the alarm where the instance cannot go on. */
  fail(reason: unknown, sql?: string): GizmoError {
    // Ours already: the connection has been closed.
    if (reason instanceof GizmoError) return reason;
    const engineError = this.hidesExcerpts
      ? withoutExcerpt(toEngineError(reason))
      : toEngineError(reason, sql);
    const error =
      engineError.code === 'CANCELLED' && !this.#interrupted ? lostReason(engineError) : engineError;
    if (isFatal(error)) this.#onFatal(error);
    if (isOfReplaced(error)) this.#leaving ??= this.#leave(error);
    return error;
  }

  /**
   * Rolls the open transaction back, if there is one. DuckDB has begun to use the other database and does not hold it: when that is
   * detached, too, whatever is done with the transaction ends the process.
   */
  async #leave(reason: GizmoError): Promise<void> {
    try {
      await duckdb.query(this.connection, 'rollback');
      await duckdb.query(this.connection, 'begin transaction');
      this.onLeft(reason);
    } catch {
      // DuckDB has done so itself.
    }
    this.#leaving = undefined;
  }

  /** Stops the call that runs or waits; nothing happens where there is none. */
  interrupt(reason: unknown): void {
    this.#gate.cancel(this, reason);
    if (this.#running === undefined) return;
    this.#interrupted = true;
    duckdb.interrupt(this.connection);
    this.#interrupting ??= setInterval(() => duckdb.interrupt(this.connection), INTERRUPT_EVERY_MS);
  }

  /**
   * Interrupts, waits for the call that runs, rolls back and disconnects. Later calls fail with `reason`.
   * @param letGo gives back what hangs on the connection; DuckDB keeps it, and its transaction, as long as that lives
   */
  async close(reason: GizmoError, letGo: () => void = () => {}): Promise<void> {
    this.#closed = reason;
    this.interrupt(reason);
    // Disconnecting while a call runs would never settle.
    await this.settle();
    letGo();
    // Also ends a stream that is open; refused where there is no transaction.
    await duckdb.query(this.connection, 'rollback').then(ignore, ignore);
    duckdb.disconnect_sync(this.connection);
  }

  /** Waits for the call that runs, whatever becomes of it. */
  async settle(): Promise<void> {
    await this.#running?.then(ignore, ignore);
    await this.#leaving;
  }

  /**
   * Runs `work`, made of calls on this lane, under a signal: an abort interrupts it, and its failure is then
   * the signal's reason. Work that completes all the same has completed.
   */
  async under<T>(signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
    if (signal === undefined) return await work();
    throwIfAborted(signal);
    const interrupt = () => this.interrupt(abortReason(signal));
    signal.addEventListener('abort', interrupt, { once: true });
    try {
      return await work();
    } catch (error) {
      throw signal.aborted ? abortReason(signal) : error;
    } finally {
      signal.removeEventListener('abort', interrupt);
    }
  }
}

function ignore(): void {
  // Whoever started the call has its result; here only its end counts.
}

function withoutExcerpt({ code, message, cause }: GizmoError): GizmoError {
  return new GizmoError(code, message.replace(/\n+LINE \d+:[\s\S]*$/, ''), { cause });
}
