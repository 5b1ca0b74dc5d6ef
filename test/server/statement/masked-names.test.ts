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
    ["from query_table('vau'\n'lt.t')", ['vault']],
    ["from query('from query(E''from v\\\\x61ult.t'')')", ['vault']],
    ["from read_csv('/in/a.csv', columns = {'x': 'vault.e'})", ['vault']],
    [`select nextval('"my-db".main.q')`, ['db', 'main', 'my-db']],
    ["select nextval('2026.main.q')", ['main', '2026']],
    // A path, a word, an alias.
    ["from '/data/vault.d/a.csv'", []],
    ["from 'vault.csv'", []],
    ["from 's3://bucket/vault.parquet'", []],
    ["select 'vault', vault from t where x = 'vault'", []],
  ])('in %s', (text, names: readonly string[]) => {
    // What is in a string may be the name of something with any characters in it.
    const found = namesIn(text, 'before a dot').filter((it) => /^\w+$/.test(it) || names.includes(it));
    expect(found).toEqual(names);
  });
});

describe('a masked text', () => {
  it.each([
    'select null::vault.e',
    "select nextval('vault.q')",
    "from query(E'from v\\x61ult.t')",
    "from query_table('vau' -- it\n'lt.t')",
    `select from_json('1', '"v\\u0061ult.e"')`,
  ])('has the name no more, and gets it back: %s', (text) => {
    const { masked, unmask } = mask(text, new Set(['vault']));
    expect(masked).not.toMatch(/v(a|\\x61|\\u0061)u('.*\n')?lt/);
    expect(unmask(masked)).toContain('vault');
  });

  it.each([
    [`select nextval('"my-db".main.q')`, 'my-db'],
    ["select nextval('my-db.main.q')", 'my-db'],
    [`select from_json('1', '"\\"my-db\\".main.e"')`, 'my-db'],
    [`from query('from "my db" . t')`, 'my db'],
    [`from query('select nextval(''2026.q'')')`, '2026'],
    ["select nextval('a+b (1).q')", 'a+b (1)'],
  ])('has an unusual name no more, and gets it back: %s', (text, name) => {
    const { masked, unmask } = mask(text, new Set([name]));
    expect(masked).not.toContain(name);
    expect(unmask(masked)).toContain(name);
  });

  it.each(["where day = '2026-01-01' or day = '2026'", "select 'in 2026 or so', 'x2026.y'"])(
    'has a number or date that is called as something hidden: %s',
    (text) => {
      expect(mask(text, new Set(['2026', '2026-01-01']), { whole: false }).masked).toBe(text);
    },
  );

  it('is put back without the quotes that only its masked form needs', () => {
    const { masked, unmask } = mask('select vault.a, "Big".b from x', new Set(['vault', 'big']));
    const [vault, big] = [masked.slice(7, 12), masked.slice(17, 20)];
    expect(unmask(`PIVOT ... ON "${vault}".b IN (1)`)).toBe('PIVOT ... ON vault.b IN (1)');
    expect(unmask(`PIVOT ... ON "${vault}" IN (1)`)).toBe('PIVOT ... ON vault IN (1)');
    expect(unmask(`max(t."${vault}")`)).toBe('max(t.vault)');
    expect(unmask(`(SELECT 1 AS "${vault}")`)).toBe('(SELECT 1 AS vault)');
    expect(unmask(`max("${big}".b)`)).toBe('max("Big".b)');
    expect(unmask(`Catalog "${vault}" does not exist!`)).toBe('Catalog "vault" does not exist!');
    expect(unmask(`no\n\nLINE 1: from "${vault}".a`)).toBe('no\n\nLINE 1: from "vault".a');
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

describe('a long text is looked through in time in proportion to its length', () => {
  const LENGTH = 256 * 1024;
  const long = (piece: string) => piece.repeat(LENGTH / piece.length);

  it.each([
    ['one word', long('a')],
    ['comments', `a${long('/**/')}b`],
    ['comments within comments', long('a/*')],
    ['comments to the end of the line', long('a--\n')],
    ['backslashes', long('\\')],
    ['spaces', `a${long(' ')}my-db${long(' ')}`],
    ['names between spaces', long('my-db   ')],
    ['quotes', long('a"')],
    ['dots', long('a-.')],
  ])('%s', (_, value) => {
    const text = `select '${value}'`;
    const start = performance.now();
    namesIn(text, 'before a dot');
    mask(text, new Set(['my-db', 'vault']));
    expect(performance.now() - start).toBeLessThan(10_000);
  });
});
