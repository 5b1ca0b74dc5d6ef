/** Ctrl-C outside the interactive shell: the first asks for an end, the second is one. */
import { EXIT, GizmoError } from '../errors.js';

/** A signal that the first SIGINT aborts with CANCELLED; the second SIGINT ends the process at once. */
export function watchInterrupts(): { readonly signal: AbortSignal; dispose(): void } {
  const controller = new AbortController();
  const onInterrupt = (): void => {
    if (controller.signal.aborted) process.exit(EXIT.interrupted);
    controller.abort(new GizmoError('CANCELLED', 'Interrupted.'));
  };
  process.on('SIGINT', onInterrupt);
  return { signal: controller.signal, dispose: () => void process.off('SIGINT', onInterrupt) };
}
