/**
 * One signal per call: client, deadline, kill, shutdown. Whoever waits needs only one listener, and the reason
 * is always a GizmoError that can be answered as it is.
 */
import { setMaxListeners } from 'node:events';
import { GizmoError } from '../errors.js';
import { LightAbort } from './light-abort.js';

/**
 * Links signals and an optional time limit into one. Call `dispose` when the work is done: it removes the
 * listeners from the sources, which may live as long as the server, and stops the timer.
 * @param options.timeoutMs ends in DEADLINE_EXCEEDED; undefined, Infinity and more than 24 days mean no limit
 * @param options.into what is aborted; without it, one of its own is made
 */
export function linkSignals(
  sources: readonly (AbortSignal | undefined)[],
  options: { readonly timeoutMs?: number | undefined; readonly into?: Aborter | undefined } = {},
): LinkedSignal {
  const { timeoutMs = Number.POSITIVE_INFINITY, into: controller = new LightAbort() } = options;
  const listeners: (() => void)[] = [];
  let timer: NodeJS.Timeout | undefined;

  const dispose = (): void => {
    clearTimeout(timer);
    for (const remove of listeners.splice(0)) remove();
  };
  const abort = (reason: GizmoError): void => {
    dispose();
    controller.abort(reason);
  };

  for (const source of sources) {
    if (source === undefined) continue;
    if (source.aborted) {
      abort(abortReason(source));
      return { signal: controller.signal, dispose };
    }
    const onAbort = (): void => abort(abortReason(source));
    expectManyListeners(source);
    source.addEventListener('abort', onAbort, { once: true });
    listeners.push(() => source.removeEventListener('abort', onAbort));
  }
  if (timeoutMs <= 0) abort(timeoutError(timeoutMs));
  else if (timeoutMs <= TIMER_MS_MAX) timer = setTimeout(() => abort(timeoutError(timeoutMs)), timeoutMs);
  return { signal: controller.signal, dispose };
}

/** What an AbortController is used for; also a LightAbort. */
export type Aborter = Pick<AbortController, 'signal' | 'abort'>;

/** As many listeners as there are calls at once is right here; Node would warn from the eleventh on. */
function expectManyListeners(source: AbortSignal): void {
  if (prepared.has(source)) return;
  prepared.add(source);
  setMaxListeners(0, source);
}

const prepared = new WeakSet<AbortSignal>();

export interface LinkedSignal {
  readonly signal: AbortSignal;
  /** Idempotent; no source aborts the signal afterwards. */
  readonly dispose: () => void;
}

/**
 * A signal that aborts when a server call is over for whatever reason: DEADLINE_EXCEEDED past its deadline,
 * else CANCELLED. It also aborts after a call that ended well; nobody should be waiting by then.
 */
export function signalOfCall(call: ServerCall): AbortSignal {
  const controller = new AbortController();
  const onCancelled = (): void => controller.abort(whyCallEnded(call));
  if (call.cancelled) onCancelled();
  else call.once('cancelled', onCancelled);
  return controller.signal;
}

/** DEADLINE_EXCEEDED or CANCELLED, for a server call that its client has ended. */
export function whyCallEnded(call: Pick<ServerCall, 'getDeadline'>): GizmoError {
  return Number(call.getDeadline()) <= Date.now() + DEADLINE_SLACK_MS
    ? new GizmoError('DEADLINE_EXCEEDED', "The client's time limit for this call has passed.")
    : new GizmoError('CANCELLED', 'The client cancelled the call or went away.');
}

/** The time limit travels as a duration: the client's own clock runs out before the one that starts here. */
const DEADLINE_SLACK_MS = 100;

/** What {@link signalOfCall} needs of any grpc-js server call. */
export interface ServerCall {
  readonly cancelled: boolean;
  getDeadline(): Date | number;
  once(event: 'cancelled', listener: () => void): unknown;
}

/** Why a signal aborted, as a GizmoError; a foreign reason becomes CANCELLED. */
export function abortReason(signal: AbortSignal): GizmoError {
  const reason: unknown = signal.reason;
  if (reason instanceof GizmoError) return reason;
  if (reason instanceof Error && reason.name === 'TimeoutError') {
    return new GizmoError('DEADLINE_EXCEEDED', 'The time limit has passed.', { cause: reason });
  }
  return new GizmoError('CANCELLED', 'The operation was cancelled.', { cause: reason });
}

/**
 * The values of a source that somebody else feeds, up to its end or the signal's reason. A source that is left early
 * is told so, and not waited for: it may be the very thing that hangs.
 */
export async function* untilAborted<T>(
  source: Iterable<T> | AsyncIterable<T>,
  signal: AbortSignal,
): AsyncGenerator<T, void, undefined> {
  const iterator =
    Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source[Symbol.iterator]();
  let ended = false;
  try {
    for (;;) {
      const next = await orAborted(Promise.resolve(iterator.next()), signal);
      if (next.done === true) {
        ended = true;
        return;
      }
      yield next.value;
    }
  } finally {
    // What its clean-up fails with is of no interest to who has left already.
    if (!ended) Promise.resolve(iterator.return?.()).catch(() => undefined);
  }
}

/** What the promise answers, or the signal's reason at once; what comes of the promise then is of no interest. */
export function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(abortReason(signal));
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}

/** Beyond this setTimeout overflows and fires at once. */
const TIMER_MS_MAX = 2 ** 31 - 1;

function timeoutError(timeoutMs: number): GizmoError {
  return new GizmoError('DEADLINE_EXCEEDED', `The time limit of ${Math.max(0, timeoutMs)} ms has passed.`);
}
