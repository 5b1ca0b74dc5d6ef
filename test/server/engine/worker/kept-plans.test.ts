import { beforeEach, describe, expect, it } from 'vitest';
import { KeptPlans } from '../../../../src/server/engine/worker/kept-plans.js';

const [MINE, OTHER] = [1, 2];
let plans: KeptPlans;
beforeEach(() => {
  plans = new KeptPlans(() => undefined);
});

/** Whether what was known before is still so afterwards, for the session and for another one. */
function stays(work: () => void): [boolean, boolean] {
  const before = [plans.meaning(MINE), plans.meaning(OTHER)];
  work();
  return [MINE, OTHER].map((session, at) => plans.meaning(session) === before[at]) as [boolean, boolean];
}

describe('what texts mean', () => {
  it.each(['select', 'insert', 'update', 'delete', 'merge'] as const)(
    'stays while %s runs, and after it',
    (kind) => {
      const before = plans.meaning(OTHER);
      const over = plans.begin(MINE, kind);
      expect(plans.meaning(OTHER)).toBe(before);
      over();
      expect(plans.meaning(OTHER)).toBe(before);
    },
  );

  it.each([
    'create',
    'create-function',
    'drop',
    'alter',
    'set',
    'attach',
    'detach',
    'call',
    'pragma',
    'execute',
    'multi',
    'copy',
    'prepare',
    'invalid',
  ] as const)('is not known to anybody while %s runs, and is something else after it', (kind) => {
    const found = stays(() => {
      const over = plans.begin(MINE, kind);
      expect([plans.meaning(MINE), plans.meaning(OTHER)]).toEqual([undefined, undefined]);
      const second = plans.begin(OTHER, 'alter');
      over();
      expect(plans.meaning(MINE)).toBeUndefined();
      second();
    });
    expect(found).toEqual([false, false]);
  });

  it('changes for its own session where a transaction begins or ends, and for others where that has changed something', () => {
    expect(stays(() => plans.begin(MINE, 'transaction')())).toEqual([false, true]);
    plans.begin(MINE, 'create')();
    const found = stays(() => {
      const over = plans.begin(MINE, 'transaction');
      expect(plans.meaning(OTHER)).toBeUndefined();
      over();
    });
    expect(found).toEqual([false, false]);
    expect(stays(() => plans.begin(MINE, 'transaction')())).toEqual([false, true]);
  });

  it('is not known while the transaction of a single statement ends that has changed something', () => {
    expect(stays(() => plans.beginEnd(MINE)())).toEqual([true, true]);
    plans.begin(MINE, 'create')();
    const over = plans.beginEnd(MINE);
    expect(plans.meaning(OTHER)).toBeUndefined();
    over();
    expect(plans.meaning(OTHER)).toBeDefined();
  });

  it('changes where a session ends that has changed something', () => {
    plans.begin(MINE, 'create')();
    const before = plans.meaning(OTHER);
    plans.forgetSession(MINE);
    expect(plans.meaning(OTHER)).not.toBe(before);
  });

  it.each(['load', 'extension', 'update-extensions'] as const)('is never known after %s', (kind) => {
    plans.begin(MINE, kind)();
    expect(plans.meaning(OTHER)).toBeUndefined();
  });

  it('is never known with extensions', () => {
    expect(new KeptPlans(() => undefined, true).meaning(MINE)).toBeUndefined();
  });
});
