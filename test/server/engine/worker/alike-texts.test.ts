import { describe, expect, test } from 'vitest';
import { AlikeTexts, shapeOf } from '../../../../src/server/engine/worker/alike-texts.js';
import type { KeptPlan } from '../../../../src/server/engine/worker/kept-plans.js';
import type { ExecuteAnswer } from '../../../../src/server/engine/worker/protocol.js';

const SELECT = { kind: 'select', returns: 'rows', readOnly: true } as const;
const INSERT = { kind: 'insert', returns: 'count', readOnly: false } as const;

describe('texts that differ in values alone', () => {
  test.each([
    ['select a from t where id = 17', "select a from t where id = 'x'"],
    ["FROM t WHERE id=-4.5 AND name= 'it''s; -- no comment'", "FROM t WHERE id=1 AND name= ''"],
    ["insert into t values (1, 'a')", "insert into t values (-2.5, 'it''s'')')"],
    [
      'insert into c.s.t(a, b) values (1, null), (2, default);',
      "insert into c.s.t(a, b) values ('x', null), (3, default);",
    ],
  ])('have one shape: %s and %s', (one, other) => {
    expect(shapeOf(one)).toBeDefined();
    expect(shapeOf(other)).toBe(shapeOf(one));
  });

  test.each([
    ['select a from t limit 10', 'select a from t limit 20'],
    ['select a from t where id < 10', 'select a from t where id < 20'],
    ['select a from t where id = 1', 'select b from t where id = 1'],
    ['insert into t values (1, 2)', 'insert into t values (1)'],
    ['insert into t values (1)', 'insert into s values (1)'],
    ['insert into t values (1)', 'insert into t values (null)'],
  ])('others have another: %s and %s', (one, other) => {
    expect(shapeOf(one)).toBeDefined();
    expect(shapeOf(other)).not.toBe(shapeOf(one));
  });

  test.each([
    // A value may be what a function goes by while it is bound.
    "select * from read_csv('x.csv', header = 1)",
    'from f(a = 1)',
    // Or which columns there are.
    "select columns(lambda c: c = 'a') as x from t",
    "from read_csv('x.csv')",
    "insert into t values (repeat('x', 1000))",
    'insert into t values (1 + 2)',
    "insert into t values (E'\\'')",
    "insert into t values ('a' || 'b')",
    // More than one statement, or what could hide one.
    'select 1 where 1 = 1; drop table t',
    'insert into t values (1); insert into t values (2)',
    "select 1 where a = $$'$$ and b = $$'$$",
    "select 1 where a = 'x' -- it's",
    "select 1 /* ' */ where a = 1",
    `select "a'b" where a = 1 and c = "'"`,
    // Values to come.
    'select 1 where a = ?',
    'select 1 where a = $1',
    'insert into t values (?)',
    'insert into t values ($1)',
    // What changes more, or tells more than a count.
    'insert into t values (1) returning a',
    'insert into t select 1',
    'insert or replace into t values (1)',
    'delete from t where a = 1',
    'with x as (select 1) select * from x where a = 1',
    'explain select 1 where a = 1',
    `insert into t values (${'1,'.repeat(3000)} 1)`,
  ])('have none where it may be more than a value: %s', (sql) => {
    expect(shapeOf(sql)).toBeUndefined();
  });
});

describe('what texts were', () => {
  const sql = (id: number) => `select a from t where id = ${id}`;

  test('is known of one like them in the same session, as long as names mean the same', () => {
    const texts = new AlikeTexts();
    texts.learn(1, sql(1), plan(SELECT, 7), ANSWER);
    expect(texts.find(1, sql(2), 7)?.alike).toEqual(SELECT);
    expect(texts.find(2, sql(2), 7)).toBeUndefined();
    expect(texts.find(1, sql(2), undefined)).toBeUndefined();
    expect(texts.find(1, sql(2), 8)).toBeUndefined();
    texts.learn(1, 'insert into t values (1)', plan(INSERT, 8), ANSWER);
    expect(texts.find(1, "insert into t values ('x')", 8)?.alike).toEqual(INSERT);
  });

  test.each([
    ['changes something', plan({ ...SELECT, readOnly: false })],
    ['has parameters', plan({ ...SELECT, parametersMessage: new Uint8Array(1) })],
    ['reads tables of the server', plan({ ...SELECT, serverTables: ['gizmo_sessions'] })],
    ['is several statements to DuckDB', plan({ ...SELECT, parts: 2 })],
  ])('is not learned from one that %s', (_, prepared) => {
    const texts = new AlikeTexts();
    texts.learn(1, sql(1), prepared, ANSWER);
    expect(texts.find(1, sql(2), 7)).toBeUndefined();
  });

  test('is not learned from one that answers much, and forgotten after one that did', () => {
    const texts = new AlikeTexts();
    texts.learn(1, sql(1), plan(SELECT), { ...ANSWER, ended: false });
    expect(texts.find(1, sql(2), 7)).toBeUndefined();
    texts.learn(1, sql(1), plan(SELECT), ANSWER);
    texts.note(1, sql(2), false);
    expect(texts.find(1, sql(3), 7)).toBeUndefined();
  });
});

const ANSWER: ExecuteAnswer = {
  result: 0,
  schemaMessage: undefined,
  changes: 0,
  again: undefined,
  batch: undefined,
  ended: true,
};

function plan(answer: Partial<KeptPlan['answer']>, version = 7): KeptPlan {
  const whole: KeptPlan['answer'] = {
    kind: 'select',
    returns: 'rows',
    readOnly: true,
    keepable: false,
    parts: 1,
    serverTables: [],
    statement: 1,
    schemaMessage: undefined,
    parametersMessage: undefined,
    ...answer,
  };
  return { answer: whole, schema: undefined, version };
}
