import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { status } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunningServer } from '../../../src/server/running-server.js';
import { basic, connectRaw, type RawClient } from '../../support/raw-client.js';
import { startTestServer } from '../../support/start-test-server.js';

const folder = mkdtempSync(join(tmpdir(), 'gizmo-headers-'));
const logFile = join(folder, 'server.log');
let server: RunningServer;
beforeAll(async () => {
  server = await startTestServer({
    'log-level': 'info',
    'log-format': 'json',
    'log-file': logFile,
    'print-queries': true,
    'init-sql-commands': "attach ':memory:' as sales; create schema memory.sales; attach ':memory:' as other",
  });
});
afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true });
});

async function connected<T>(
  headers: Readonly<Record<string, string>>,
  work: (client: RawClient) => Promise<T>,
): Promise<T> {
  const client = connectRaw(server.address.port, { authorization: basic(), ...headers });
  try {
    return await work(client);
  } finally {
    client.close();
  }
}

describe('the header x-default-catalog', () => {
  it('says where a session begins, also where a schema has the name of the catalog', async () => {
    const place = await connected({ 'x-default-catalog': 'sales' }, (client) =>
      client.rows('select current_database(), current_schema()'),
    );
    expect(place).toEqual([['sales', 'main']]);
  });

  it('holds for each of several calls at once', async () => {
    const rows = await connected({ 'x-default-catalog': 'other' }, (client) =>
      Promise.all(Array.from({ length: 5 }, () => client.rows('select current_database()'))),
    );
    expect(rows.flat(2)).toEqual(Array(5).fill('other'));
  });

  it('does not undo what the session says itself', async () => {
    const place = await connected({ 'x-default-catalog': 'sales' }, async (client) => {
      await client.rows('select 1');
      await client.rows('use other');
      return client.rows('select current_database()');
    });
    expect(place).toEqual([['other']]);
  });

  it('is an error in every call where there is no such catalog', async () => {
    await connected({ 'x-default-catalog': 'nowhere"; drop table x; --' }, async (client) => {
      for (let i = 0; i < 2; i++) {
        await expect(client.rows('select 1')).rejects.toMatchObject({
          code: status.NOT_FOUND,
          details: expect.stringContaining('x-default-catalog'),
        });
      }
    });
  });
});

describe('tags', () => {
  it('go into the log of statements, and too long ones are refused', async () => {
    await connected({ 'x-session-tag': '{"job": "nightly"}', 'x-query-tag': 'step 7' }, (client) =>
      client.rows('select 4711'),
    );
    await connected({}, (client) => client.rows('select 4712'));
    // A client may have its rows before the line is in the file.
    const logged = () =>
      readFileSync(logFile, 'utf8')
        .split('\n')
        .slice(0, -1)
        .filter((line) => /select 471[12]/.test(line))
        .map((line) => JSON.parse(line));
    await expect
      .poll(() => logged().map((it) => [it.session_tag, it.query_tag]))
      .toEqual([
        ['{"job": "nightly"}', 'step 7'],
        [undefined, undefined],
      ]);
    await connected({ 'x-query-tag': 'x'.repeat(5000) }, (client) =>
      expect(client.rows('select 1')).rejects.toMatchObject({ code: status.INVALID_ARGUMENT }),
    );
  });
});
