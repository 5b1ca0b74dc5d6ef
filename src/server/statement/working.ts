/** The engine's work on a task: in its turn among the others, and on the task's own clock. */
import type { Life } from './life-context.js';
import type { Task } from './tasks.js';

/**
 * Waits for a place, which is not counted as work, and does `work`. Administrators do not wait, unless they say so, and
 * Gizmo's own statements never do: somebody must be able to see and stop what the places are taken by.
 * @param how `begun`: the statement has been worked on before, and goes first; `isOwn`: it is one of Gizmo's own
 */
export async function working<T>(
  { slots, settings }: Pick<Life, 'slots' | 'settings'>,
  task: Task,
  work: () => Promise<T>,
  { begun = false, isOwn = false }: { readonly begun?: boolean; readonly isOwn?: boolean },
): Promise<T> {
  const { name } = task.session.principal;
  if (isOwn || settings.bypassesQueue(task.session) || settings.number('max_concurrent_statements') === 0) {
    task.state = 'running';
    return await task.count(work);
  }
  const entered = slots.enter(name, task.signal, begun);
  if (entered instanceof Promise) task.state = 'queued';
  const release = await entered;
  task.state = 'running';
  try {
    return await task.count(work);
  } finally {
    release();
  }
}
