import { describe, expect, it, vi } from 'vitest';
import { GizmoError } from '../../../../src/errors.js';
import { type Caller, CallGate } from '../../../../src/server/engine/duckdb/call-gate.js';

const planning = (owner: string): Caller => ({ owner, plans: true });
const running = (owner: string): Caller => ({ owner, plans: false });
const server: Caller = { owner: undefined, plans: false };

/** How many of `count` calls get a place at once. */
function enterMany(gate: CallGate, caller: Caller, count: number): number {
  let entered = 0;
  for (let i = 0; i < count; i++) {
    const turn = gate.enter({}, caller);
    if (turn === undefined) entered++;
    else turn.catch(() => undefined);
  }
  return entered;
}

describe('the gate of the engine', () => {
  it('gives one user a few places to plan in, and another some as well', () => {
    const gate = new CallGate(60);
    expect(enterMany(gate, planning('ann'), 100)).toBe(8);
    expect(enterMany(gate, planning('bob'), 100)).toBe(8);
    expect(gate.enter({}, running('ann'))).toBeUndefined();
    expect(gate.enter({}, server)).toBeUndefined();
  });

  it('has a place for whoever has none, although a dozen users let their planning hang', () => {
    const gate = new CallGate(60);
    for (let user = 0; user < 12; user++) enterMany(gate, planning(`user ${user}`), 100);
    expect(gate.enter({}, planning('somebody else'))).toBeUndefined();
    expect(gate.enter({}, running('somebody else'))).toBeUndefined();
  });

  it('gives one user half of the places to run in', () => {
    const gate = new CallGate(60);
    expect(enterMany(gate, running('ann'), 100)).toBe(30);
    expect(enterMany(gate, running('bob'), 100)).toBe(15);
  });

  it('gives one user two places to run in where there are only two', () => {
    expect(enterMany(new CallGate(2), running('ann'), 3)).toBe(2);
  });

  it('serves who waits when a place is given back, in turn by user', async () => {
    const gate = new CallGate(2);
    expect(gate.enter({}, server)).toBeUndefined();
    expect(gate.enter({}, server)).toBeUndefined();
    const order: string[] = [];
    const waiting = ['ann', 'ann', 'bob'].map(async (name) => {
      await gate.enter({}, running(name));
      order.push(name);
      gate.leave(running(name));
    });
    gate.leave(server);
    await Promise.all(waiting);
    expect(order).toEqual(['ann', 'bob', 'ann']);
  });

  it('has at least one place for everybody, even where there is only one', async () => {
    const gate = new CallGate(1);
    expect(gate.enter({}, planning('ann'))).toBeUndefined();
    const turn = gate.enter({}, planning('bob'));
    gate.leave(planning('ann'));
    await turn;
  });

  it('takes back what waits, and fails everything when it closes', async () => {
    const gate = new CallGate(1);
    gate.enter({}, server);
    const lane = {};
    const reason = new GizmoError('CANCELLED', 'enough');
    const cancelled = expect(gate.enter(lane, planning('ann'))).rejects.toBe(reason);
    const closing = expect(gate.enter({}, running('ann'))).rejects.toBe(reason);
    gate.cancel(lane, reason);
    await cancelled;
    gate.close(reason);
    await closing;
    await expect(gate.enter({}, server)).rejects.toBe(reason);
  });

  it('tells a user all of whose planning hangs', async () => {
    vi.useFakeTimers();
    try {
      const gate = new CallGate(60);
      enterMany(gate, planning('ann'), 8);
      const turn = expect(gate.enter({}, planning('ann'))).rejects.toThrow(
        '8 statements of the same user are still being planned',
      );
      await vi.runAllTimersAsync();
      await turn;
    } finally {
      vi.useRealTimers();
    }
  });
});
