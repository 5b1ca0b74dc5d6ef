import { describe, expect, it } from 'vitest';
import { createLoginDelay } from '../../../src/server/auth/login-delay.js';

/** With a clock that stands still until somebody sleeps, or the test moves it. */
function delays() {
  const clock = { nowMs: 0, slept: [] as number[], wake: [] as (() => void)[] };
  const sleep = (ms: number) => {
    clock.slept.push(ms);
    return new Promise<void>((resolve) => clock.wake.push(resolve));
  };
  return { clock, delay: createLoginDelay(() => clock.nowMs, sleep) };
}

const fail = (delay: ReturnType<typeof delays>['delay'], times: number, address = 'a', name = 'ann') => {
  for (let i = 0; i < times; i++) delay.failed(address, name);
};

describe('the delay after failed logins', () => {
  it('lets slips pass, then doubles, and has an end', () => {
    const { delay } = delays();
    const seen: number[] = [];
    for (let i = 0; i < 12; i++) {
      seen.push(delay.of('a', 'ann'));
      delay.failed('a', 'ann');
    }
    expect(seen).toEqual([0, 0, 0, 250, 500, 1000, 2000, 4000, 8000, 10_000, 10_000, 10_000]);
  });

  it('is less for the same name from elsewhere, and nothing from where the password was right before', () => {
    const { delay } = delays();
    delay.succeeded('home', 'ann');
    fail(delay, 100, 'attacker');
    expect(delay.of('attacker', 'ann')).toBe(10_000);
    expect(delay.of('elsewhere', 'ann')).toBe(2000);
    expect(delay.of('home', 'ann')).toBe(0);
  });

  it('of one name is not that of another behind the same address', () => {
    const { delay } = delays();
    fail(delay, 100, 'proxy', 'ann');
    expect(delay.of('proxy', 'bob')).toBe(0);
  });

  it('does not depend on letter case', () => {
    const { delay } = delays();
    fail(delay, 5, 'a', 'ANN');
    expect(delay.of('a', 'ann')).toBeGreaterThan(0);
  });

  it('is over after the right password there, and after a while without failures', () => {
    const { clock, delay } = delays();
    fail(delay, 10);
    delay.succeeded('a', 'ann');
    expect(delay.of('a', 'ann')).toBe(0);
    fail(delay, 10, 'b');
    clock.nowMs += 15 * 60 * 1000 + 1;
    expect(delay.of('b', 'ann')).toBe(0);
  });

  it('lets a few wait for one name from one address, and frees their places', async () => {
    const { clock, delay } = delays();
    fail(delay, 5);
    const waiting = Array.from({ length: 16 }, () => delay.wait('a', 'ann'));
    await expect(delay.wait('a', 'ann')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await delay.wait('a', 'bob');
    for (const wake of clock.wake) wake();
    await Promise.all(waiting);
    const again = delay.wait('a', 'ann');
    clock.wake.at(-1)?.();
    await again;
  });

  it('remembers no more than it can hold', () => {
    const { delay } = delays();
    fail(delay, 5, 'a', 'first');
    for (let i = 0; i < 10_000; i++) delay.failed('a', `name ${i}`);
    expect(delay.of('a', 'first')).toBe(0);
  });
});
