import { describe, expect, test } from 'vitest';
import { SmallTexts } from '../../../../src/server/engine/duckdb/small-texts.js';

describe('texts that return few rows', () => {
  test('are those that returned few the last time, and those that can return no more than one', () => {
    const texts = new SmallTexts();
    expect(texts.has('select 42')).toBe(true);
    expect(texts.has('select a from t')).toBe(false);
    texts.learn('select a from t', 3);
    expect(texts.has('select a from t')).toBe(true);
    texts.learn('select a from t', 3000);
    expect(texts.has('select a from t')).toBe(false);
  });

  test('are also those that differ from one in the value of a key alone', () => {
    const texts = new SmallTexts();
    texts.learn("select a from t where id = 17 and name='it''s'", 1);
    expect(texts.has("select a from t where id = -4.5 and name= 'other'")).toBe(true);
    expect(texts.has("select b from t where id = 17 and name='it''s'")).toBe(false);
  });

  test.each([
    ['select a from t limit 10', 'select a from t limit 1000000'],
    ['select a from t where id < 10', 'select a from t where id < 1000000'],
    ['select a from t where id <= 10', 'select a from t where id <= 1000000'],
    ['select a from t where id != 1', 'select a from t where id != 2'],
    ['from range(10)', 'from range(1000000)'],
    ['from generate_series(stop := 10)', 'from generate_series(stop := 1000000)'],
  ])('%s says nothing of %s', (small, other) => {
    const texts = new SmallTexts();
    texts.learn(small, 1);
    expect(texts.has(small)).toBe(true);
    expect(texts.has(other)).toBe(false);
  });

  test('once one of those that are alike returned many, each speaks for itself', () => {
    const texts = new SmallTexts();
    texts.learn('select a from t where kind = 1', 1);
    texts.learn('select a from t where kind = 2', 1_000_000);
    expect(texts.has('select a from t where kind = 1')).toBe(false);
    texts.learn('select a from t where kind = 1', 1);
    expect(texts.has('select a from t where kind = 1')).toBe(true);
    expect(texts.has('select a from t where kind = 3')).toBe(false);
  });
});
