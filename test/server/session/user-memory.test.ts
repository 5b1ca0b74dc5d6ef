import { describe, expect, it } from 'vitest';
import { makePrincipal } from '../../../src/server/auth/make-principal.js';
import { createUserMemory } from '../../../src/server/session/user-memory.js';

const ann = makePrincipal('ann', 'user', 'password');
const bob = makePrincipal('bob', 'user', 'password');
const tooMuch = expect.objectContaining({ code: 'RESOURCE_EXHAUSTED' });
const failing = (work: () => void) => {
  try {
    work();
    return undefined;
  } catch (error) {
    return error;
  }
};

describe('what a user makes the server hold', () => {
  it('is one sum for all sessions and calls, and nobody else’s', () => {
    const memory = createUserMemory(100);
    const [first, second, other] = [memory.hold(ann), memory.hold(ann), memory.hold(bob)];
    first.set(60);
    expect(failing(() => second.set(41))).toEqual(tooMuch);
    second.set(40);
    other.set(100);
    first.set(59);
    expect(failing(() => second.set(42))).toEqual(tooMuch);
  });

  it('can always become less, and be given back', () => {
    const memory = createUserMemory(100);
    const [first, second] = [memory.hold(ann), memory.hold(ann)];
    first.set(100);
    expect(failing(() => second.set(1))).toEqual(tooMuch);
    first.set(0);
    first.set(0);
    second.set(100);
    expect(failing(() => first.set(1))).toEqual(tooMuch);
    second.set(99);
    first.set(1);
  });
});
