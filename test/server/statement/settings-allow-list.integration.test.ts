/** The settings of the pinned DuckDB, all of them, in every way to change one: who is no administrator has a short list. */
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeCommand } from '../../../src/flight/sql/command.js';
import {
  READABLE_SETTINGS,
  WITHHELD_SETTINGS,
} from '../../../src/server/engine/duckdb/facts/setting-classes.js';
import { OWN_SETTINGS, SESSION_SETTINGS } from '../../../src/server/model/own-settings.js';
import type { RunningServer } from '../../../src/server/running-server.js';
import { logInAs } from '../../support/log-in-as.js';
import { logIn, type RawClient, ticketOf } from '../../support/raw-client.js';
import { startTestServer } from '../../support/start-test-server.js';

const secretKey = randomBytes(16).toString('hex');
let server: RunningServer;
let admin: RawClient;
let user: RawClient;
beforeAll(async () => {
  server = await startTestServer({ 'secret-key': secretKey });
  admin = await logIn(server.address.port);
  user = await logInAs(server.address.port, secretKey, 'user');
});
afterAll(async () => {
  admin.close();
  user.close();
  await server.stop();
});

const settings = async (): Promise<ReadonlyMap<string, unknown>> => {
  const rows = await admin.rows('select lower(name), value from duckdb_settings() order by all');
  return new Map(rows.map(([name, value]) => [String(name), value]));
};

describe('the settings that everybody may read', () => {
  it('are told from those that are withheld for every setting of this DuckDB, so that a new one has to be placed', async () => {
    const known = [...(await settings()).keys()].sort();
    expect([...READABLE_SETTINGS, ...WITHHELD_SETTINGS].sort()).toEqual(known);
  });

  it('are the only ones', async () => {
    for (const name of WITHHELD_SETTINGS) {
      await expect(user.rows(`select current_setting('${name}')`)).rejects.toThrow(/may not use/);
      expect(await user.rows(`from duckdb_settings() where lower(name) = '${name}'`)).toEqual([]);
    }
    for (const name of READABLE_SETTINGS)
      expect(await user.rows(`from duckdb_settings() where lower(name) = '${name}'`)).toHaveLength(1);
  });
});

describe('the settings that everybody may change', () => {
  it('are all settings of this DuckDB', async () => {
    const known = await settings();
    expect(known.size).toBeGreaterThan(100);
    expect([...OWN_SETTINGS, ...SESSION_SETTINGS].filter((name) => !known.has(name))).toEqual([]);
  });

  it('are the session’s own, and not to be changed for everybody', async () => {
    const before = await settings();
    for (const name of OWN_SETTINGS) {
      await user.rows(`reset ${name}`);
      await expect(user.rows(`set global ${name} = 'x'`)).rejects.toThrow(/may not change the setting/);
      await expect(user.rows(`reset global ${name}`)).rejects.toThrow(/may not change the setting/);
    }
    expect(await settings()).toEqual(before);
  });

  it('are the only ones, however the others are asked for', async () => {
    const before = await settings();
    const others = [...before.keys()].filter((name) => !OWN_SETTINGS.has(name));
    const passed: string[] = [];
    for (const name of others) {
      const spelled = `"${name.toUpperCase()}"`;
      for (const sql of [
        `set ${name} = '1'`,
        `set session ${name} = '1'`,
        `set global ${spelled} = '1'`,
        `reset ${name}`,
        `reset session ${spelled}`,
        `pragma ${name} = '1'`,
        `pragma ${name}`,
      ]) {
        const failure = await user.rows(sql).then(
          () => undefined,
          ({ message }: Error) => message,
        );
        const isOwn = SESSION_SETTINGS.has(name) && sql.includes(' session ');
        if (failure === undefined && !isOwn) passed.push(sql);
      }
    }
    expect(passed).toEqual([]);
    expect(await settings()).toEqual(before);
  });

  it('are some of them by SET SESSION only, and it is said how', async () => {
    const sorted = () => user.rows('select * from (values (1), (null), (2)) t(i) order by i');
    expect(await sorted()).toEqual([[1], [2], [null]]);
    await user.rows("set session default_order = 'desc'");
    await user.rows("set session default_null_order = 'nulls_first'");
    expect(await sorted()).toEqual([[null], [2], [1]]);
    expect(await admin.rows("select current_setting('default_order')")).toEqual([['ASCENDING']]);
    await user.rows('reset session default_order; reset session default_null_order');
    expect(await sorted()).toEqual([[1], [2], [null]]);
    await expect(user.rows("set default_order = 'desc'")).rejects.toThrow(
      /The role user may not change the setting default_order for everybody\. With SESSION \(SET SESSION default_order = …\) it changes for this session alone\./,
    );
  });

  it('leave lists in their order', async () => {
    await admin.rows('create or replace table three as select 1 as a, 2 as b, 3 as c');
    const message = { tableNameFilterPattern: 'three', includeSchema: true };
    const columns = async () =>
      user.get(ticketOf(await user.info(encodeCommand({ type: 'CommandGetTables', message }))));
    const before = await columns();
    await user.rows("set session default_order = 'desc'");
    expect(await columns()).toEqual(before);
    await user.rows('reset session default_order');
  });
});
