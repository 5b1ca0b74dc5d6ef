/** Which memory goes along with an answer of the worker. */
import type { AnswerOf } from './protocol.js';

/** Bodies change threads without a copy; each lies alone in its memory. */
export function transferable(reply: AnswerOf): ArrayBuffer[] {
  const batch =
    reply.name === 'execute' || reply.name === 'run' || reply.name === 'next'
      ? reply.answer.batch
      : reply.name === 'prepare'
        ? reply.answer.execution?.batch
        : undefined;
  const buffer = batch?.body.buffer;
  return buffer instanceof ArrayBuffer ? [buffer] : [];
}
