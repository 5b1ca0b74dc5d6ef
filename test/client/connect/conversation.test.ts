import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import { Conversation, type ExchangeCall } from '../../../src/client/connect/conversation.js';
import { GizmoError, toGizmoError } from '../../../src/errors.js';
import { encodeFlightData } from '../../../src/flight/flight-data.js';

const FRAMES = [encodeFlightData({ appMetadata: new Uint8Array([1]) })];

it('is free for the next statement where a call could not be begun', () => {
  const conversation = new Conversation(() => {
    throw new GizmoError('FAILED_PRECONDITION', 'closed');
  }, toGizmoError);
  expect(() => conversation.ask(FRAMES, undefined)).toThrow('closed');
  expect(conversation.busy).toBe(false);
  conversation.close();
});

it('sends nothing of a statement that is stopped before it is sent', async () => {
  const sent: unknown[] = [];
  let cancelled = false;
  const call = Object.assign(new PassThrough({ objectMode: true }), {
    write: (message: unknown) => sent.push(message),
    cancel: () => {
      cancelled = true;
    },
  });
  const conversation = new Conversation(() => call as unknown as ExchangeCall, toGizmoError);
  const stop = new AbortController();
  const answer = conversation.ask(FRAMES, stop.signal);
  stop.abort(new GizmoError('CANCELLED', 'stopped'));
  await expect(answer.next()).rejects.toThrow('stopped');
  await new Promise((resolve) => process.nextTick(resolve));
  expect({ sent, cancelled, busy: conversation.busy }).toEqual({ sent: [], cancelled: true, busy: false });
  conversation.close();
});
