/** The settings of the pinned DuckDB, all of them, in every way to change one: who is no administrator has a short list. */
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  READABLE_SETTINGS,
  WITHHELD_SETTINGS,
} from '../../../src/server/engine/duckdb/facts/setting-classes.js';
import { OWN_SETTINGS } from '../../../src/server/model/own-settings.js';
import type { RunningServer } from '../../../src/server/running-server.js';
import { logInAs } from '../../support/log-in-as.js';
import { logIn, type RawClient } from '../../support/raw-client.js';
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
    expect([...OWN_SETTINGS].filter((name) => !known.has(name))).toEqual([]);
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
        if (failure === undefined) passed.push(sql);
      }
    }
    expect(passed).toEqual([]);
    expect(await settings()).toEqual(before);
  });
});
