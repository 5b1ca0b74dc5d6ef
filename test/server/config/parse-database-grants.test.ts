import { describe, expect, it } from 'vitest';
import { parseDatabaseGrants } from '../../../src/server/config/parse-database-grants.js';

describe('--database-grant', () => {
  it('is a database, a name and a level; the name may have colons and equal signs', () => {
    expect(parseDatabaseGrants(['sales:ann=read-only', '*:a:b=c=admin'])).toEqual([
      { database: 'sales', principal: 'ann', level: 'read-only' },
      { database: '*', principal: 'a:b=c', level: 'admin' },
    ]);
    expect(parseDatabaseGrants([])).toBeUndefined();
    expect(parseDatabaseGrants(undefined)).toBeUndefined();
  });

  it.each(['', 'sales', 'sales:ann', 'sales:ann=', 'sales:ann=write', ':ann=admin', 'sales:=admin'])(
    'refuses %j',
    (text) => {
      expect(() => parseDatabaseGrants([text])).toThrow(/DATABASE:PRINCIPAL=LEVEL/);
    },
  );

  it.each([
    ['sales:ann=none', 'sales:*=read-only'],
    ['sales:ann=read-only', 'SALES:ann=read-write'],
    ['sales:ann=none', '*:ann=admin'],
  ])('refuses %s beside %s, because it would limit nothing', (low, high) => {
    expect(() => parseDatabaseGrants([low, high])).toThrow(/limits nothing/);
    expect(() => parseDatabaseGrants([high, low])).toThrow(/limits nothing/);
  });
});
