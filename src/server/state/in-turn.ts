/** Tasks that are done one after the other. */

/** Resolves, or fails, with the task, which begins when those before it have ended. */
export type InTurn = <T>(task: () => Promise<T>) => Promise<T>;

/** Begins a line: each of its tasks is decided on what the one before has left, also where that one failed. */
export function createInTurn(): InTurn {
  let last: Promise<unknown> = Promise.resolve();
  return (task) => {
    const turn = last.then(task);
    last = turn.catch(() => undefined);
    return turn;
  };
}
