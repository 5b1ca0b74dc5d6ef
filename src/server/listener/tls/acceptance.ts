/** Whether what was accepted once still is: judged when it comes, when asked, and when its time is over. */
import type { GizmoError } from '../../../errors.js';
import { LightAbort } from '../../../flight/light-abort.js';
import type { Verdict } from './client-trust.js';

export interface Acceptance {
  /** Aborted with the refusal, for good. */
  readonly refused: AbortSignal;
  /** Throws the refusal. Costs a look at the clock while the last verdict holds. */
  assertAccepted(): void;
  /** Judges anew, because the grounds of the last verdict have changed. */
  rejudge(): void;
  /** Frees the timer. */
  stop(): void;
}

export function createAcceptance(judge: () => Verdict, nowMs: () => number): Acceptance {
  const controller = new LightAbort();
  let untilMs = 0;
  let timer: NodeJS.Timeout | undefined;

  function rejudge(): void {
    if (controller.signal.aborted) return;
    clearTimeout(timer);
    const verdict = judge();
    untilMs = verdict.untilMs;
    if (verdict.refusal !== undefined) refuse(verdict.refusal);
    else if (Number.isFinite(untilMs)) {
      timer = setTimeout(rejudge, Math.min(Math.max(0, untilMs - nowMs()), TIMER_MS_MAX));
      timer.unref();
    }
  }

  function refuse(reason: GizmoError): void {
    controller.abort(reason);
  }

  rejudge();
  return {
    refused: controller.signal,
    assertAccepted() {
      if (nowMs() >= untilMs) rejudge();
      controller.signal.throwIfAborted();
    },
    rejudge,
    stop: () => clearTimeout(timer),
  };
}

/** Beyond this setTimeout overflows and fires at once. */
const TIMER_MS_MAX = 2 ** 31 - 1;
