/**
 * What a call names its statements for the log. A call may wait for its session's turn while the next one brings another
 * tag, so that each is kept with the signal of its own call.
 */
import type { Session } from './session.js';

const ofCalls = new WeakMap<AbortSignal, string | undefined>();

/** @param signal the call's, by which its statements are told to stop */
export function noteQueryTag(signal: AbortSignal, tag: string | undefined): void {
  ofCalls.set(signal, tag);
}

/** The tag of the call that this signal belongs to; of work that no call waits for, the session's last. */
export function queryTagOf(signal: AbortSignal, { tags }: Pick<Session, 'tags'>): string | undefined {
  return (ofCalls.has(signal) ? ofCalls.get(signal) : tags.query) || undefined;
}
