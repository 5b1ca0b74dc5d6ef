import { constants, PerformanceObserver } from 'node:perf_hooks';
import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { collectYoung } from '../../../src/client/render/thread/collect-young.js';

const MEBIBYTE = 1024 * 1024;

interface Collection {
  readonly detail?: { readonly kind?: number; readonly flags?: number };
}

test('young garbage is collected when much has come in, and by nobody else', async () => {
  const forced: (number | undefined)[] = [];
  const observer = new PerformanceObserver((list) => {
    for (const { detail } of list.getEntries() as Collection[])
      if (detail?.flags === constants.NODE_PERFORMANCE_GC_FLAGS_FORCED) forced.push(detail.kind);
  });
  observer.observe({ entryTypes: ['gc'] });
  for (let i = 0; i < 7; i++) collectYoung(MEBIBYTE);
  await turn();
  expect(forced).toEqual([]);
  collectYoung(MEBIBYTE);
  await expect.poll(() => forced).toEqual([constants.NODE_PERFORMANCE_GC_MINOR]);
  expect(Object.hasOwn(globalThis, 'gc')).toBe(false);
  observer.disconnect();
});
