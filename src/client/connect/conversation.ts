/** Statements of one client over one call, one after the other, where the server offers it (see flight/sql/exchange). */
import type { ClientDuplexStream } from '@grpc/grpc-js';
import { GizmoError } from '../../errors.js';
import { type FlightDataMessage, type FlightFrame, packFlightData } from '../../flight/flight-data.js';
import { abortReason } from '../../flight/signal.js';
import { decodeStatementEnd, endsStatement, type StatementEnd } from '../../flight/sql/exchange.js';
import { readMessages } from '../../flight/stream.js';

export type ExchangeCall = ClientDuplexStream<FlightFrame, FlightDataMessage>;

/** What a statement answers: the messages of its result, and how it went. */
export type Answer = AsyncGenerator<FlightDataMessage, StatementEnd, undefined>;

/** An open call keeps the process; who does not close their client is not to be kept for long. */
const IDLE_MS = 1000;
/** Beyond it, to copy costs more than a message. */
const PACKED_BYTES_MAX = 64 * 1024;

interface OpenCall {
  readonly call: ExchangeCall;
  readonly messages: AsyncGenerator<FlightDataMessage, void, undefined>;
  readonly stop: AbortController;
}

export class Conversation {
  readonly #begin: () => ExchangeCall;
  readonly #explain: (reason: unknown) => GizmoError;
  readonly #idle: NodeJS.Timeout;
  #open: OpenCall | undefined;
  #busy = false;

  /**
   * @param begin starts a call, which is made when there is a statement to ask
   * @param explain says in plain words why an answer broke off
   */
  constructor(begin: () => ExchangeCall, explain: (reason: unknown) => GizmoError) {
    this.#begin = begin;
    this.#explain = explain;
    this.#idle = setTimeout(() => this.#leave(), IDLE_MS);
  }

  /** Whether a statement is being answered: another one would have to wait for it. */
  get busy(): boolean {
    return this.#busy;
  }

  /**
   * Runs one statement; must not be busy. It is sent with the first `next()`, which has to come. Leaving the answer
   * early, or aborting the signal, stops it.
   */
  ask(frames: readonly FlightFrame[], signal: AbortSignal | undefined): Answer {
    if (signal?.aborted) throw abortReason(signal);
    const open = this.#connect();
    this.#busy = true;
    return this.#answer(open, frames, signal);
  }

  /** Gives up what is open, such as after another login. What is being answered goes on. */
  renew(): void {
    if (!this.#busy) this.#leave();
    else this.#open = undefined;
  }

  /** Ends it, and stops what is being answered. */
  close(): void {
    clearTimeout(this.#idle);
    this.#open?.call.cancel();
    this.#open = undefined;
  }

  async *#answer(open: OpenCall, frames: readonly FlightFrame[], signal: AbortSignal | undefined): Answer {
    const onAbort = (): void => open.stop.abort(signal && abortReason(signal));
    signal?.addEventListener('abort', onAbort, { once: true });
    let over = false;
    try {
      // Since it was asked.
      if (signal?.aborted) throw abortReason(signal);
      const isSmall = frames.reduce((sum, { byteLength }) => sum + byteLength, 0) <= PACKED_BYTES_MAX;
      if (isSmall && frames.length > 1) open.call.write(packFlightData(frames));
      else for (const frame of frames) open.call.write(frame);
      for (;;) {
        const { value: received, done } = await open.messages.next();
        if (done === true) throw ended();
        for (const message of received.parts.length === 0 ? [received] : received.parts) {
          if (endsStatement(message)) {
            over = true;
            return decodeStatementEnd(message);
          }
          yield message;
        }
      }
    } catch (error) {
      throw this.#explain(error);
    } finally {
      signal?.removeEventListener('abort', onAbort);
      this.#busy = false;
      if (!over) {
        if (this.#open === open) this.#open = undefined;
        // Not in the turn that made the call: grpc-js would forget to tell the server.
        process.nextTick(() => open.call.cancel());
      } else if (this.#open === open) this.#idle.refresh();
      else hangUp(open);
    }
  }

  #connect(): OpenCall {
    if (this.#open !== undefined) return this.#open;
    const call = this.#begin();
    const stop = new AbortController();
    const open = { call, stop, messages: readMessages<FlightDataMessage>(call, stop.signal) };
    // Such as when the server is gone while nothing is asked.
    call.on('status', () => {
      if (this.#open === open) this.#open = undefined;
    });
    this.#open = open;
    this.#idle.refresh();
    return open;
  }

  #leave(): void {
    if (this.#busy || this.#open === undefined) return;
    hangUp(this.#open);
    this.#open = undefined;
  }
}

/** Read to its end, so that grpc-js lets go of it. */
function hangUp({ call, messages }: OpenCall): void {
  call.end();
  messages.next().catch(() => undefined);
}

/** The server promises that it has not begun what it ends the call on. */
function ended(): GizmoError {
  return new GizmoError('UNAVAILABLE', 'The server takes no more calls: it is shutting down.');
}

/** Reads the answer to an update: the number of rows it has changed, where the server says it. */
export async function changesOf(answer: Answer): Promise<number | undefined> {
  for (;;) {
    const { value, done } = await answer.next();
    if (done === true) return value.changes;
  }
}
