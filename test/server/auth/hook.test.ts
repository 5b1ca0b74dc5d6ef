import { describe, expect, it } from 'vitest';
import { GizmoError } from '../../../src/errors.js';
import { basicCredential } from '../../../src/server/auth/credential.js';
import { createFairQueue } from '../../../src/server/auth/fair-queue.js';
import { createHookStrategy, HOOK_REFUSAL } from '../../../src/server/auth/hook.js';
import { createLoginDelay } from '../../../src/server/auth/login-delay.js';

/** A function that answers when the test says so; whom it has been asked about is listed. */
function strategyOf() {
  const asked: string[] = [];
  const answers: ((admitted: boolean) => void)[] = [];
  const delay = createLoginDelay(
    () => 0,
    async () => {},
  );
  const strategy = createHookStrategy({
    role: 'readonly',
    delay,
    asking: createFairQueue({ atOnce: 1, waitingEachMax: 1, waitingAddressMax: 4, waitingMax: 4 }),
    isOn: () => true,
    isTaken: () => false,
    makeSessionId: () => 'session',
    admit(_session, _token, name) {
      asked.push(name);
      return new Promise((resolve, reject) => {
        answers.push((admitted) =>
          admitted ? resolve() : reject(new GizmoError('UNAUTHENTICATED', HOOK_REFUSAL)),
        );
      });
    },
  });
  const enter = async (name: string, gone?: AbortSignal) =>
    strategy.authenticate(basicCredential(name, 'token'), 'proxy', gone);
  const answer = async (admitted: boolean) => {
    answers.shift()?.(admitted);
    await new Promise(setImmediate);
  };
  return { asked, answer, enter, delay };
}

describe('strangers who are asked about', () => {
  it('take turns, and who goes away leaves his place', async () => {
    const { asked, answer, enter } = strategyOf();
    const leaver = new AbortController();
    const first = enter('first');
    const second = enter('second', leaver.signal);
    const third = enter('third');
    await new Promise(setImmediate);
    expect(asked).toEqual(['first']);
    leaver.abort(new GizmoError('CANCELLED', 'gone'));
    await expect(second).rejects.toMatchObject({ code: 'CANCELLED' });
    await answer(true);
    expect(asked).toEqual(['first', 'third']);
    await answer(true);
    expect((await first)?.name).toBe('first');
    expect((await third)?.name).toBe('third');
  });

  it('do not hold up who came in from there before', async () => {
    const { asked, answer, enter } = strategyOf();
    const before = enter('ann');
    await new Promise(setImmediate);
    await answer(true);
    await before;
    const flood = ['x1', 'x2', 'x3', 'x4'].map((name) => enter(name).catch(() => undefined));
    await new Promise(setImmediate);
    const ann = enter('ann');
    await new Promise(setImmediate);
    for (let turn = 0; turn < 3; turn++) await answer(true);
    expect(asked.slice(0, 4)).toEqual(['ann', 'x1', 'x2', 'ann']);
    await ann;
    for (let turn = 0; turn < 4; turn++) await answer(false);
    await Promise.all(flood);
  });

  it('have not failed where there was no place to ask', async () => {
    const { answer, enter, delay } = strategyOf();
    const waiting = [enter('x'), enter('ann')];
    await new Promise(setImmediate);
    for (let turn = 0; turn < 5; turn++)
      await expect(enter('ann')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(delay.of('proxy', 'ann')).toBe(0);
    for (let turn = 0; turn < 2; turn++) await answer(true);
    await Promise.all(waiting);
  });
});
