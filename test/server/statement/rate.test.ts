import { expect, it } from 'vitest';
import { makePrincipal } from '../../../src/server/auth/make-principal.js';
import type { Session } from '../../../src/server/session/session.js';
import { createRate } from '../../../src/server/statement/rate.js';

const sessionOf = (name: string) => ({ principal: makePrincipal(name, 'user', 'password') }) as Session;

it('statements that come in one text count as many as they are', () => {
  let now = 0;
  const rate = createRate(
    () => 10,
    () => now,
  );
  const ann = sessionOf('ann');
  rate.take(ann);
  rate.owe(ann, 99);
  expect(() => rate.take(ann)).toThrow('More than 10 statements a second');
  expect(() => rate.take(sessionOf('bob'))).not.toThrow();
  now = 9000;
  expect(() => rate.take(ann)).toThrow('More than 10 statements a second');
  now = 9100;
  rate.take(ann);
  expect(() => rate.take(ann)).toThrow('More than 10 statements a second');
});

it('nothing is owed where there is no limit', () => {
  let limit = 0;
  const rate = createRate(
    () => limit,
    () => 0,
  );
  const ann = sessionOf('ann');
  rate.take(ann);
  rate.owe(ann, 99);
  limit = 10;
  expect(() => rate.take(ann)).not.toThrow();
});
