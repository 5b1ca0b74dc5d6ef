import { describe, expect, it } from 'vitest';
import { createApiTokenStrategy, makeApiToken } from '../../../src/server/auth/api-token.js';
import { makePrincipal } from '../../../src/server/auth/make-principal.js';
import { createStanding } from '../../../src/server/auth/standing.js';
import {
  type Accounts,
  nameKey,
  type StoredToken,
  type StoredUser,
} from '../../../src/server/model/account.js';

/** Accounts as they might be, with a clock. */
function world() {
  const users = new Map<string, StoredUser>();
  const tokens = new Map<string, StoredToken>();
  const suspended = new Set<string>();
  const accounts: Accounts = {
    user: (name) => users.get(name),
    users: () => [...users.values()],
    token: (id) => tokens.get(id),
    tokens: () => [...tokens.values()],
    isSuspended: (name) => suspended.has(nameKey(name)),
    suspensions: () => [],
  };
  const clock = { nowMs: 1000 };
  const standing = createStanding(
    accounts,
    'root',
    () => clock.nowMs,
    () => undefined,
    'settings of now',
  );
  users.set('ann', { name: 'ann', role: 'user', password: undefined, generation: 'g1', createdMs: 0 });
  const made = makeApiToken();
  const token: StoredToken = { ...made, owner: 'ann', role: 'admin', createdMs: 0, expiresMs: 5000 };
  tokens.set(made.id, token);
  const byToken = makePrincipal('ann', 'admin', 'api-token', undefined, { kind: 'api-token', id: made.id });
  const byPassword = makePrincipal('ann', 'user', 'password', undefined, { kind: 'user', generation: 'g1' });
  return { users, tokens, suspended, accounts, clock, standing, made, token, byToken, byPassword };
}

const refused = (words: RegExp) =>
  expect.objectContaining({ code: 'UNAUTHENTICATED', message: expect.stringMatching(words) });

describe('how somebody stands', () => {
  it('ends with the settings by which their token was taken', () => {
    const { standing } = world();
    const by = (settings: string) =>
      makePrincipal('ann', 'user', 'token', undefined, { kind: 'issued', expiresAtS: 9, settings });
    expect(standing.of(by('settings of now'))).toMatchObject({ name: 'ann', role: 'user' });
    expect(() => standing.of(by('settings of before'))).toThrow(refused(/settings for tokens have changed/));
  });

  it('is as they came where nothing has changed', () => {
    const { standing, byPassword } = world();
    expect(standing.of(byPassword)).toBe(byPassword);
    const certified = makePrincipal('cid', 'admin', 'certificate');
    expect(standing.of(certified)).toBe(certified);
  });

  it('has the role of now', () => {
    const { standing, users, byPassword } = world();
    users.set('ann', { name: 'ann', role: 'readonly', password: undefined, generation: 'g1', createdMs: 0 });
    expect(standing.of(byPassword)).toMatchObject({ name: 'ann', role: 'readonly', method: 'password' });
  });

  it('keeps the catalogs that a login is limited to', () => {
    const { standing, byPassword } = world();
    const rules = [{ catalog: 'x', access: 'read' }] as const;
    const limited = makePrincipal('ann', 'admin', 'password', rules, byPassword.origin);
    expect(standing.of(limited)).toMatchObject({ role: 'user', catalogAccess: rules });
  });

  it.each(['password', 'certificate', 'token', 'api-token'] as const)(
    'is refused while suspended, by %s',
    (method) => {
      const { standing, suspended, byPassword, byToken } = world();
      suspended.add('ann');
      const principal =
        method === 'password'
          ? byPassword
          : method === 'api-token'
            ? byToken
            : makePrincipal('Ann', 'admin', method);
      expect(() => standing.of(principal)).toThrow(refused(/is suspended/));
    },
  );

  it('is refused after the password was changed, and when the user is another one, or none', () => {
    const { standing, users, byPassword } = world();
    users.set('ann', { name: 'ann', role: 'user', password: undefined, generation: 'g2', createdMs: 0 });
    expect(() => standing.of(byPassword)).toThrow(refused(/not in force any more/));
    users.delete('ann');
    expect(() => standing.of(byPassword)).toThrow(refused(/not in force any more/));
  });
});

describe('an API token', () => {
  const strategyOf = ({ accounts, standing }: ReturnType<typeof world>) =>
    createApiTokenStrategy(accounts, standing);
  const present = (it: ReturnType<typeof world>, token: string) =>
    strategyOf(it).authenticate({ kind: 'bearer', token }, '127.0.0.1');

  it('has no more than its owner has now', () => {
    const it = world();
    expect(present(it, it.made.token)).toMatchObject({ name: 'ann', role: 'user', method: 'api-token' });
    it.users.set('ann', {
      name: 'ann',
      role: 'readonly',
      password: undefined,
      generation: 'g1',
      createdMs: 0,
    });
    expect(it.standing.of(it.byToken)).toMatchObject({ role: 'readonly' });
  });

  it('is over at its end, also for a session that it opened', () => {
    const it = world();
    it.clock.nowMs = 4999;
    present(it, it.made.token);
    it.clock.nowMs = 5000;
    expect(() => present(it, it.made.token)).toThrow(refused(/has expired/));
    expect(() => it.standing.of(it.byToken)).toThrow(refused(/has expired/));
  });

  it('is refused when its owner is nobody here, or another one', () => {
    const it = world();
    it.users.delete('ann');
    expect(() => present(it, it.made.token)).toThrow(refused(/revoked, or never issued/));
    it.tokens.set(it.made.id, { ...it.token, owner: 'root' });
    expect(present(it, it.made.token)).toMatchObject({ name: 'root', role: 'admin' });
    expect(() => it.standing.of(it.byToken)).toThrow(refused(/revoked/));
  });

  it('is nobody’s that does not look like one, and left to others', () => {
    const it = world();
    expect(present(it, 'a.b.c')).toBeUndefined();
    expect(present(it, 'gzs_abc')).toBeUndefined();
  });
});
