import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  parseExactly,
  printExactly,
} from '../../../../../src/server/engine/duckdb/row-filters/exact-json.js';

describe('JSON of DuckDB', () => {
  it.each([
    '{"query_location":18446744073709551615,"value":100.0,"e":-1e30}',
    '[1,-2,0.5,1E+2,-0,12345678901234567890]',
    '{"a \\" 100.0":"b\\\\","c":1.0}',
    '["\\\\\\"1.0","é1.0, 1.0",2.0]',
    '7.0',
  ])('keeps its numbers: %s', (json) => {
    expect(printExactly(parseExactly(json))).toBe(json);
  });

  it('is for the rest what it is to JavaScript', () => {
    fc.assert(
      fc.property(fc.json(), (json) => {
        expect(JSON.parse(printExactly(parseExactly(json)))).toEqual(JSON.parse(json));
      }),
    );
  });
});
