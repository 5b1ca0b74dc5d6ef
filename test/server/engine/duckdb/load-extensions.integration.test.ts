import { DuckDBInstance } from '@duckdb/node-api';
import { afterEach, describe, expect, it } from 'vitest';
import { parseConfig } from '../../../../src/server/config/parse-config.js';
import { readPlan } from '../../../../src/server/engine/duckdb/facts/read-plan.js';
import { openDuckDb } from '../../../../src/server/engine/duckdb/open-duckdb.js';
import type { Engine } from '../../../../src/server/engine/engine.js';
import { startTestServer } from '../../../support/start-test-server.js';

let engine: Engine | undefined;
afterEach(() => engine?.close());
const inspected = { readOnly: true };

describe('an extension of --allow-extension', () => {
  it('may be one that is built in, and then changes nothing', async () => {
    engine = await openDuckDb({ readOnly: false, allowExtensions: false, extensions: ['json', 'icu'] });
    const session = await engine.openSession();
    const facts = await session.inspect("select upper('a'), write_log('x')", inspected);
    expect(facts.functions).toEqual([{ name: 'write_log', class: 'instance' }]);
  });

  it('stops the start where it is not installed, and says how to have it', async () => {
    await expect(startTestServer({ 'allow-extension': ['no_such_extension'] })).rejects.toMatchObject({
      code: 'USAGE',
      message: expect.stringMatching(/^--allow-extension no_such_extension: .*Install it first/s),
    });
  });

  it.each(['./inet.duckdb_extension', 'inet; drop table t', "'x'", 'inet from community', 'INET', ''])(
    'is a name, and no path or SQL: %j',
    (name) => {
      expect(() => parseConfig({ 'allow-extension': [name] }, {})).toThrow(
        expect.objectContaining({ code: 'USAGE' }),
      );
    },
  );

  it('brings functions that would be refused without it, and names that nobody may take', async () => {
    const connection = await (await DuckDBInstance.create(':memory:')).connect();
    const planOf = async (sql: string) => {
      const reader = await connection.runAndReadAll(
        'select json_serialize_plan($1::varchar, skip_null := true)',
        [sql],
      );
      // As if the function were one of an extension.
      return JSON.parse(String(reader.getRows()[0]?.[0]).replaceAll('"md5"', '"Ext_Host"')).plans;
    };
    const filter = { scanIn: () => undefined };
    const use = await planOf("select md5('x')");
    expect(readPlan(use, filter).facts.functions).toEqual([{ name: 'Ext_Host', class: 'unknown' }]);
    expect(readPlan(use, filter, new Set(['ext_host'])).facts.functions).toEqual([]);
    const macro = await planOf('create temp macro "md5"(x) as x');
    expect(readPlan(macro, filter).facts.writes[0]?.shadowsBuiltIn).toBe(false);
    expect(readPlan(macro, filter, new Set(['ext_host'])).facts.writes[0]?.shadowsBuiltIn).toBe(true);
    connection.closeSync();
  });
});
