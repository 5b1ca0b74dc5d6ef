import { setFlagsFromString } from 'node:v8';
import { expect, test } from 'vitest';
import { altered } from '../../../src/server/model/altered.js';

setFlagsFromString('--allow-natives-syntax');
const haveSameHiddenClass = new Function('a', 'b', 'return %HaveSameMap(a, b)') as (
  a: object,
  b: object,
) => boolean;

test('altered copies are of one hidden class, however many are made', () => {
  const made = Array.from({ length: 100 }, (_, n) => altered({ n, text: 'a' }, { text: 'b', more: n }));
  expect(made[7]).toEqual({ n: 7, text: 'b', more: 7 });
  expect(made.slice(50).every((it) => haveSameHiddenClass(it, made[49]!))).toBe(true);
});
