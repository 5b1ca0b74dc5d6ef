import { expect, it } from 'vitest';
import { KeptStatements } from '../../../../src/server/engine/duckdb/facts/kept-statements.js';

it('EXECUTE stands for no text that is longer than what may be sent: a value may be in it many times', () => {
  const kept = new KeptStatements();
  kept.note(`prepare p as select ${'$1, '.repeat(20_000)}1`);
  expect(kept.expand("execute p('x')")).toContain("('x')");
  expect(() => kept.expand(`execute p('${'x'.repeat(100_000)}')`)).toThrow(
    'with its values the statement has more than 256 Ki characters',
  );
});
