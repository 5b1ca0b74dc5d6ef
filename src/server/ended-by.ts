/** Waiting for the end of what the engine does, unless that is planning which DuckDB cannot interrupt. */
import type { Engine } from './engine/engine.js';

/** How long planning may go on after it was told to end; most of it ends within moments. */
const PATIENCE_MS = 2000;
const ASK_EVERY_MS = 250;

/** True when `work` is done; false when it still waits for planning after a while, and will perhaps for ever. */
export async function endedBy(engine: Pick<Engine, 'counts'>, work: Promise<void>): Promise<boolean> {
  const ended = work.then(() => true);
  // Nobody waits for it any more where the answer is false.
  ended.catch(() => undefined);
  for (let waited = 0; ; waited += ASK_EVERY_MS) {
    if (await Promise.race([ended, after(ASK_EVERY_MS)])) return true;
    if (waited < PATIENCE_MS) continue;
    if ((await engine.counts()).planning > 0) return false;
  }
}

function after(ms: number): Promise<false> {
  return new Promise((resolve) => setTimeout(resolve, ms, false));
}
