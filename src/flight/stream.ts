/**
 * Reading and writing the messages of a gRPC stream, the same way on both sides. The rules of grpc-js that
 * shaped this: a write's callback may never come (an over-size message, a call that ended), an `error` event
 * without a listener kills the process, and a stream reads up to sixteen messages ahead of its reader.
 */
import type { ClientReadableStream, ServerDuplexStream } from '@grpc/grpc-js';
import { GizmoError } from '../errors.js';
import type { Received } from './service.js';
import { abortReason } from './signal.js';
import { fromStatus } from './status.js';

/**
 * Writes with back-pressure: a write resolves when the transport has taken the message (which is not to say
 * that the peer has), so a peer that does not read holds exactly one message.
 * @param signal the call's own signal, such as linkSignals makes; its reason rejects the write that waits
 */
export function createWriter<T>(call: MessageSink<T>, signal?: AbortSignal): MessageWriter<T> {
  let failure: GizmoError | undefined;
  let ended = false;
  const waiting = new Set<(reason: GizmoError) => void>();

  const fail = (reason: GizmoError): void => {
    failure ??= reason;
    signal?.removeEventListener('abort', onAbort);
    for (const reject of waiting) reject(failure);
    waiting.clear();
  };
  const onAbort = (): void => {
    if (signal !== undefined) fail(abortReason(signal));
  };
  // Every call ends, most with nothing left to write: the error is made for whoever hears it.
  const onEnd = (): void => {
    ended = true;
    if (waiting.size > 0) fail(endedBeforeWrite());
    else signal?.removeEventListener('abort', onAbort);
  };

  if (signal?.aborted) onAbort();
  else signal?.addEventListener('abort', onAbort, { once: true });
  call.on('error', (error: unknown) => fail(fromStatus(error)));
  // A server call that ends for whatever reason, a client call that ended well, and either one torn down.
  for (const event of ['cancelled', 'status', 'close']) call.on(event, onEnd);

  const write = (message: T): Promise<void> =>
    new Promise((resolve, reject) => {
      if (ended) failure ??= endedBeforeWrite();
      if (failure !== undefined) return reject(failure);
      waiting.add(reject);
      call.write(message, (error) => {
        waiting.delete(reject);
        if (error) reject(failure ?? endedBeforeWrite(error));
        else resolve();
      });
    });
  return { write };
}

export interface MessageWriter<T> {
  /** @throws GizmoError the signal's reason, or what ended the call */
  readonly write: (message: T) => Promise<void>;
}

/** The writing half of any grpc-js call. */
export interface MessageSink<T> {
  write(message: T, callback: (error?: Error | null) => void): boolean;
  on(event: string, listener: (reason: unknown) => void): unknown;
}

/**
 * The messages of a stream, in order, up to its true end. Listens at once, so call it as soon as there is a
 * call. A stream that breaks delivers what came before and then throws. Leaving the loop early cancels a
 * client's call and leaves a server's call open, so that it can still answer.
 * @throws GizmoError the signal's reason, the peer's status, INVALID_ARGUMENT for a malformed request
 *   message, CANCELLED where a client went away before its last message
 */
export function readMessages<T>(
  call: ClientReadableStream<T>,
  signal?: AbortSignal,
): AsyncGenerator<T, void, undefined>;
export function readMessages<T, Response>(
  call: ServerDuplexStream<Received<T>, Response>,
  signal?: AbortSignal,
): AsyncGenerator<T, void, undefined>;
export function readMessages<T>(
  call: MessageSource<Received<T>>,
  signal?: AbortSignal,
): AsyncGenerator<T, void, undefined> {
  let failure: GizmoError | undefined;
  let ended = false;
  let completed = false;
  let wake = (): void => {};

  const fail = (reason: GizmoError): void => {
    failure ??= reason;
    wake();
  };
  const onReadable = (): void => wake();
  const onEnd = (): void => {
    ended = true;
    wake();
  };
  const onCancelled = (): void =>
    fail(new GizmoError('CANCELLED', 'The call ended before its last message.'));
  const onClose = (): void => {
    if (!ended) onCancelled();
  };
  const onAbort = (): void => wake();

  const readNext = limitReadAhead(call);
  call.on('readable', onReadable);
  call.on('end', onEnd);
  call.on('cancelled', onCancelled);
  call.on('close', onClose);
  // Stays for good: the status of a call that this side cancels comes after everybody has stopped listening.
  call.on('error', (error: unknown) => fail(fromStatus(error)));
  signal?.addEventListener('abort', onAbort, { once: true });

  async function* iterate(): AsyncGenerator<T, void, undefined> {
    try {
      for (;;) {
        if (signal?.aborted) throw abortReason(signal);
        const message = readNext();
        if (message instanceof GizmoError) throw message;
        if (message !== null) {
          yield message;
        } else if (failure !== undefined) {
          throw failure;
        } else if (ended) {
          await letResetArrive(call);
          completed = failure === undefined;
          if (completed) return;
        } else {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        }
      }
    } finally {
      signal?.removeEventListener('abort', onAbort);
      call.off('readable', onReadable);
      // Not in the turn that made the call: grpc-js would forget to tell the server, which would run it to its end.
      if (!completed) process.nextTick(() => call.cancel?.());
    }
  }
  return iterate();
}

/** The reading half of any grpc-js call. */
interface MessageSource<T> {
  read(): T | null;
  readonly readableLength: number;
  /** Node calls it to ask for one more message. */
  _read(size: number): void;
  on(event: string, listener: (reason: unknown) => void): unknown;
  off(event: string, listener: (reason: unknown) => void): unknown;
  /** Client calls only. */
  cancel?(): void;
}

/**
 * Makes a call read one message ahead instead of sixteen (Node's default, not settable through grpc-js): with
 * messages of megabytes that is the difference between little memory and a lot. Returns the call's `read`.
 */
function limitReadAhead<T>(call: MessageSource<T>): () => T | null {
  const askTransport = call._read.bind(call);
  let owed = false;
  call._read = (size) => {
    if (call.readableLength === 0) askTransport(size);
    else owed = true;
  };
  return () => {
    const message = call.read();
    if (owed && call.readableLength === 0) {
      owed = false;
      askTransport(1);
    }
    return message;
  };
}

/**
 * A Node client that cancels an upload first ends it properly and then resets it (http2's `stream.close`), so
 * on a server an end is to be believed only when no reset came right behind it. This catches a reset that
 * arrived with the end; one that comes later aborts the call's signal, which whoever commits what was
 * uploaded must look at last of all.
 */
async function letResetArrive(call: MessageSource<unknown>): Promise<void> {
  if (call.cancel !== undefined) return;
  for (let turn = 0; turn < 2; turn++) await new Promise((resolve) => setImmediate(resolve));
}

function endedBeforeWrite(cause?: Error): GizmoError {
  return new GizmoError('CANCELLED', 'The call ended before everything was sent.', { cause });
}
