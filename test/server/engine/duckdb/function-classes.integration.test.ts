import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  scalarClass,
  tableFunctionClass,
} from '../../../../src/server/engine/duckdb/facts/function-classes.js';
import { openDuckDb } from '../../../../src/server/engine/duckdb/open-duckdb.js';
import type { Engine, EngineSession } from '../../../../src/server/engine/engine.js';
import { queryTexts } from '../../../support/engines.js';

describe('the classes of functions', () => {
  let engine: Engine;
  let session: EngineSession;
  beforeAll(async () => {
    engine = await openDuckDb({ readOnly: false, allowExtensions: false });
    session = await engine.openSession();
  });
  afterAll(() => engine.close());

  const names = (types: string) =>
    queryTexts(
      session,
      `select distinct function_name from duckdb_functions() where database_name = 'system' and function_type in (${types})`,
    );

  it('cover every scalar, aggregate and macro function of this DuckDB', async () => {
    const all = await names("'scalar', 'aggregate', 'macro'");
    expect(all.length).toBeGreaterThan(700);
    expect(all.filter((name) => scalarClass(name) === 'unknown')).toEqual([]);
  });

  it('cover every table function and table macro of this DuckDB', async () => {
    const all = await names("'table', 'table_macro'");
    expect(all.length).toBeGreaterThan(80);
    expect(all.filter((name) => tableFunctionClass(name) === 'unknown')).toEqual([]);
  });

  it('call no function computing whose result is not a matter of its arguments, but for random numbers', async () => {
    const volatile = await queryTexts(
      session,
      "select distinct function_name from duckdb_functions() where database_name = 'system' and stability = 'VOLATILE' order by 1",
    );
    expect(volatile.filter((name) => scalarClass(name) === 'pure')).toEqual([
      'error',
      'gen_random_uuid',
      'random',
      'setseed',
      'uuid',
      'uuidv4',
      'uuidv7',
    ]);
  });
});
