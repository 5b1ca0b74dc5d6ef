/** Short streams of answers, read to their end. */
import { GizmoError } from '../../errors.js';

const ANSWERS_MAX = 1000;

/** Actions are answered in a message or two; a server that keeps talking is not listened to. */
export async function takeFew<T>(messages: AsyncIterable<T>, what: string): Promise<T[]> {
  const taken: T[] = [];
  for await (const message of messages) {
    if (taken.push(message) > ANSWERS_MAX)
      throw new GizmoError('INTERNAL', `The server does not stop answering ${what}.`);
  }
  return taken;
}

/** Reads to the end, because the status comes last. Some servers answer each batch of an upload. */
export async function takeFirst<T>(messages: AsyncIterable<T>): Promise<T | undefined> {
  let first: T | undefined;
  for await (const message of messages) first ??= message;
  return first;
}
