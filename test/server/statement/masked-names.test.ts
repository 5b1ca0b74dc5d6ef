import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mask, namesIn } from '../../../src/server/statement/masked-names.js';

describe('what could name a catalog or a schema', () => {
  it.each([
    ['from vault.t', ['vault']],
    ['from VAULT /* x */ -- y\n . t', ['vault']],
    ['from "va ult"."t"', ['va ult']],
    ['show tables from vault', ['vault']],
    ['show all tables in "Vault"', ['vault']],
    ["select nextval('vault.q')", ['vault']],
    ["from query('select null::vault/* x */.e')", ['vault']],
    ["from query('from query(''from vault.t'')')", ['vault']],
    ['from query($$from "vault" . t$$)', ['vault']],
    ["from query(E'from v\\x61ult.t')", ['vault']],
    ["from query(E'from v\\141ult.t')", ['vault']],
    [`select from_json('1', '"v\\u0061ult.e"')`, ['vault']],
    ["from query('from query(E''from v\\\\x61ult.t'')')", ['vault']],
    ["from read_csv('/in/a.csv', columns = {'x': 'vault.e'})", ['vault']],
    // A path, a word, an alias.
    ["from '/data/vault.d/a.csv'", []],
    ["from 'vault.csv'", []],
    ["from 's3://bucket/vault.parquet'", []],
    ["select 'vault', vault from t where x = 'vault'", []],
  ])('in %s', (text, names) => {
    expect(namesIn(text, 'before a dot')).toEqual(names);
  });
});

describe('a masked text', () => {
  it.each([
    'select null::vault.e',
    "select nextval('vault.q')",
    "from query(E'from v\\x61ult.t')",
    `select from_json('1', '"v\\u0061ult.e"')`,
  ])('has the name no more, and gets it back: %s', (text) => {
    const { masked, unmask } = mask(text, new Set(['vault']));
    expect(masked).not.toMatch(/v(a|\\x61|\\u0061)ult/);
    expect(unmask(masked)).toContain('vault');
  });

  it('is the text itself where nothing is hidden, whatever it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(mask(text, new Set()).masked).toBe(text);
        expect(mask(text, new Set(['nothing has this name'])).masked).toBe(text);
      }),
    );
  });
});
