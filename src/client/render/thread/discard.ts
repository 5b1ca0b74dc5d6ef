/** Memory that is let go at once, not when garbage is collected: by then much of it has gathered. */
import { MessageChannel } from 'node:worker_threads';

const { port1: nowhere } = new MessageChannel();
nowhere.close();

/** Empties these: nothing may look at them any more. */
export function discard(memory: readonly ArrayBuffer[]): void {
  nowhere.postMessage(null, memory);
}
