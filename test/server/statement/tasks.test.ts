import { describe, expect, test } from 'vitest';
import { GizmoError } from '../../../src/errors.js';
import type { Session } from '../../../src/server/session/session.js';
import { createTasks } from '../../../src/server/statement/tasks.js';

const session = { tags: { session: undefined, query: undefined } } as Session;
const reason = new GizmoError('CANCELLED', 'Enough.');

function begin(outer: AbortSignal, limitMs = 0) {
  const tasks = createTasks(() => 0);
  const asked = { id: 'a', session, door: 'statement-query', text: 'select 1', state: 'running' } as const;
  return { tasks, task: tasks.begin({ ...asked, outer, limitMs }) };
}

describe('a statement at work', () => {
  test('is stopped by what stops its call, whether its signal was asked for before or not', () => {
    const outer = new AbortController();
    const early = begin(outer.signal).task;
    const { signal } = early;
    const late = begin(outer.signal).task;
    outer.abort(reason);
    expect(signal.reason).toBe(reason);
    expect(late.signal.reason).toBe(reason);
  });

  test('is stopped by KILL QUERY before anybody has asked for its signal', () => {
    const { task } = begin(new AbortController().signal);
    task.kill(reason);
    expect(task.signal.reason).toBe(reason);
  });

  test('is stopped when its time is used up', async () => {
    const { task } = begin(new AbortController().signal, 1);
    await task.count(() => new Promise((resolve) => task.signal.addEventListener('abort', resolve)));
    expect(task.signal.reason).toMatchObject({ code: 'DEADLINE_EXCEEDED' });
  });

  test('is shown until it ends, and lets go of its call then', () => {
    const outer = new AbortController();
    const { tasks, task } = begin(outer.signal);
    const { signal } = task;
    expect(tasks.list()).toEqual([task]);
    task.end();
    expect(tasks.list()).toEqual([]);
    outer.abort(reason);
    expect(signal.aborted).toBe(false);
  });
});
