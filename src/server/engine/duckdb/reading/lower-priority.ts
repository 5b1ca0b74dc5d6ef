/**
 * Lets the thread that calls this wait where others of the process want its core: a small statement changes threads several
 * times, and would stand behind a batch each time. Where nobody else wants the core it makes no difference.
 */
import { constants, getPriority, setPriority } from 'node:os';

/** A thread this much nicer gets a third of what another one gets that wants the same core. */
const STEPS = 5;

/**
 * On Linux a priority is a thread's own, and 0 stands for the one that calls; elsewhere it is the whole process's. Being
 * nicer is never forbidden; a sandbox may do so all the same, and then all stays as it is.
 */
export function lowerPriority(): void {
  if (process.platform !== 'linux') return;
  try {
    setPriority(0, Math.min(getPriority(0) + STEPS, constants.priority.PRIORITY_LOW));
  } catch {
    // It reads as fast without.
  }
}
