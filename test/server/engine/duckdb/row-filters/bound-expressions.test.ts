import { expect, it } from 'vitest';
import { neverFails } from '../../../../../src/server/engine/duckdb/row-filters/bound-expressions.js';

const text = { id: 'VARCHAR' };
const json = { id: 'VARCHAR', type_info: { type: 'GENERIC_TYPE_INFO', alias: 'JSON' } };
const cast = (from: unknown, to: unknown) => ({ child: { return_type: from }, return_type: to });

it('a text that is made JSON can fail, and JSON that is made a text cannot', () => {
  expect(neverFails(cast(text, json))).toBe(false);
  expect(neverFails(cast(json, text))).toBe(true);
  expect(neverFails(cast(text, text))).toBe(true);
});
