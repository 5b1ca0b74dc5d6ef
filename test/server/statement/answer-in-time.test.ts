import { expect, it } from 'vitest';
import { GizmoError } from '../../../src/errors.js';
import type { Session } from '../../../src/server/session/session.js';
import { createSessionQueue } from '../../../src/server/session/session-queue.js';
import { answeringInTime } from '../../../src/server/statement/answer-in-time.js';
import { createTasks } from '../../../src/server/statement/tasks.js';

function begin(outer: AbortSignal) {
  const queue = createSessionQueue();
  // What this looks at of a session is its queue.
  const session = { queue, tags: {} } as Session;
  const tasks = createTasks(() => 0);
  const task = tasks.begin({
    ...{ id: 'x', session, text: '', outer },
    door: 'statement-query',
    state: 'planning',
    limitMs: 0,
  });
  return { queue, task, tasks };
}

it('answers at once when it is told to stop, and keeps the turn until the engine is done', async () => {
  const { queue, task } = begin(new AbortController().signal);
  const release = await queue.acquire(task.signal);
  let finish = (_: string) => {};
  const discarded: string[] = [];
  const answered = answeringInTime(
    task,
    () => new Promise<string>((resolve) => (finish = resolve)),
    async (result) => void discarded.push(result),
  );
  task.kill(new GizmoError('DEADLINE_EXCEEDED', 'too long'));
  await expect(answered).rejects.toThrow('too long');
  release();
  const order: string[] = [];
  const next = queue.acquire(new AbortController().signal).then(() => order.push('next'));
  await new Promise((resolve) => setImmediate(resolve));
  expect([queue.busy, order]).toEqual([true, []]);
  finish('late');
  await next;
  expect([discarded, order]).toEqual([['late'], ['next']]);
});

it('hands on what comes in time, and then has let go of everything', async () => {
  const { task, tasks } = begin(new AbortController().signal);
  await expect(answeringInTime(task, async () => 'result')).resolves.toBe('result');
  await expect(answeringInTime(task, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(tasks.list()).toHaveLength(1);
  task.end();
  expect(tasks.list()).toHaveLength(0);
});
