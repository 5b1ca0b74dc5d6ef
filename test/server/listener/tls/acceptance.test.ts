import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { GizmoError } from '../../../../src/errors.js';
import { createAcceptance } from '../../../../src/server/listener/tls/acceptance.js';
import type { Verdict } from '../../../../src/server/listener/tls/client-trust.js';

const refusal = new GizmoError('UNAUTHENTICATED', 'The client certificate is no more.');
const good = (untilMs = Number.POSITIVE_INFINITY): Verdict => ({ refusal: undefined, untilMs });
const bad: Verdict = { refusal, untilMs: Number.POSITIVE_INFINITY };

describe('acceptance', () => {
  it('judges once while the verdict holds, and again when its time is over', () => {
    const far = 10 ** 12;
    let [now, judged] = [0, 0];
    const acceptance = createAcceptance(
      () => {
        judged++;
        return now < far ? good(far) : bad;
      },
      () => now,
    );
    acceptance.assertAccepted();
    acceptance.assertAccepted();
    expect(judged).toBe(1);
    now = far;
    expect(() => acceptance.assertAccepted()).toThrow(refusal);
    expect(acceptance.refused.reason).toBe(refusal);
    acceptance.stop();
  });

  it('ends by itself when its time is over, with nobody asking', async () => {
    const start = Date.now();
    const acceptance = createAcceptance(() => (Date.now() >= start + 20 ? bad : good(start + 20)), Date.now);
    if (!acceptance.refused.aborted) await once(acceptance.refused, 'abort');
    expect(acceptance.refused.reason).toBe(refusal);
  });

  it('once refused stays refused, whatever is thought later', () => {
    const verdicts = [bad, good()];
    const acceptance = createAcceptance(
      () => verdicts.shift() ?? good(),
      () => 0,
    );
    acceptance.rejudge();
    expect(() => acceptance.assertAccepted()).toThrow(refusal);
  });
});
