import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect as dial } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { status } from '@grpc/grpc-js';
import { afterAll, describe, expect, it } from 'vitest';
import { basic, collect, connectRaw, logIn, ticketOf } from '../support/raw-client.js';
import { startTestServer } from '../support/start-test-server.js';

const directory = mkdtempSync(join(tmpdir(), 'gizmo-server-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const LONG = 'select count(*) from range(1e12::bigint)';

describe('starting', () => {
  it('opens a database file and finds there what was committed', async () => {
    const database = join(directory, 'kept.duckdb');
    const first = await startTestServer({ database });
    const writer = await logIn(first.address.port);
    await writer.rows('create table t as select 42 as a');
    writer.close();
    await first.stop();
    const second = await startTestServer({ database });
    const reader = await logIn(second.address.port);
    expect(await reader.rows('from t')).toEqual([[42]]);
    reader.close();
    await second.stop();
  });

  it('runs the SQL given for the start, in order, from text and file', async () => {
    const file = join(directory, 'init.sql');
    writeFileSync(file, 'insert into seen values (2);\n-- the end\n');
    const server = await startTestServer({
      'init-sql-commands': 'create table seen(a int); insert into seen values (1)',
      'init-sql-commands-file': file,
    });
    const client = await logIn(server.address.port);
    expect(await client.rows('from seen order by a')).toEqual([[1], [2]]);
    client.close();
    await server.stop();
  });

  it('does not start when that SQL fails, and frees the file', async () => {
    const database = join(directory, 'init-fails.duckdb');
    await expect(startTestServer({ database, 'init-sql-commands': 'selec 1' })).rejects.toMatchObject({
      code: 'USAGE',
      message: expect.stringMatching(/did not start.*syntax/s),
    });
    await (await startTestServer({ database })).stop();
  });

  it('says which part of that SQL fails without the secrets in it', async () => {
    const start = (sql: string) => startTestServer({ 'init-sql-commands': sql });
    const unclosed = "create secret s (type http, bearer_token 'geheim' x)";
    await expect(start(unclosed)).rejects.toThrow(/syntax error at or near "x"$/);
    const unknown = "create secret s (type http, bearer_token 'geheim', scoop 'geheim')";
    await expect(start(unknown)).rejects.toThrow(/Unknown parameter/);
  });

  it('says what to do where --readonly has no database to read', async () => {
    const start = startTestServer({ database: join(directory, 'missing.duckdb'), readonly: true });
    await expect(start).rejects.toMatchObject({
      code: 'USAGE',
      message: expect.stringMatching(/missing\.duckdb: there is no such file.*Start once without --readonly/),
    });
  });

  it('refuses a file that is no database, and one in a directory that is not there', async () => {
    const garbage = join(directory, 'garbage.duckdb');
    writeFileSync(garbage, 'this is no database'.repeat(1000));
    await expect(startTestServer({ database: garbage })).rejects.toThrow(/not a valid DuckDB database file/);
    const json = join(directory, 'some.json');
    writeFileSync(json, '{"a": 1}');
    await expect(startTestServer({ database: json })).rejects.toThrow(/not a valid DuckDB database file/);
    await expect(startTestServer({ database: directory })).rejects.toMatchObject({ code: 'USAGE' });
    await expect(startTestServer({ database: join(directory, 'no', 'where.db') })).rejects.toThrow(/no/);
  });

  it('says what a storage version is where DuckDB knows none of that name', async () => {
    await expect(startTestServer({ 'storage-version': '9' })).rejects.toMatchObject({
      code: 'USAGE',
      message: expect.stringMatching(/storage_compatibility_version 9; it is a version .* such as v1\.2\.0/),
    });
  });

  it('refuses a file that this process has open already', async () => {
    const database = join(directory, 'twice.duckdb');
    const first = await startTestServer({ database });
    await expect(startTestServer({ database })).rejects.toThrow(/open/);
    await first.stop();
  });

  it('refuses a port that is taken and names the flag', async () => {
    const first = await startTestServer();
    await expect(startTestServer({ port: first.address.port })).rejects.toMatchObject({
      code: 'USAGE',
      message: expect.stringContaining('--port'),
    });
    await first.stop();
  });

  it('read-only refuses every change', async () => {
    const database = join(directory, 'readonly.duckdb');
    const writable = await startTestServer({
      database,
      'init-sql-commands': 'create table t as select 1 as a',
    });
    await writable.stop();
    const server = await startTestServer({ database, readonly: true });
    const client = await logIn(server.address.port);
    expect(await client.rows('from t')).toEqual([[1]]);
    await expect(client.rows('insert into t values (2)')).rejects.toThrow(/read-only/i);
    client.close();
    await server.stop();
  });
});

describe('a time limit', () => {
  it('stops a statement and leaves the session usable', async () => {
    const server = await startTestServer({ 'query-timeout': 3 });
    const client = await logIn(server.address.port);
    await expect(client.rows(LONG)).rejects.toMatchObject({
      code: status.DEADLINE_EXCEEDED,
      details: expect.stringContaining('--query-timeout'),
    });
    await expect(client.rows(`create table t as ${LONG}`)).rejects.toMatchObject({
      code: status.DEADLINE_EXCEEDED,
    });
    expect(await client.rows('select 1')).toEqual([[1]]);
    client.close();
    await server.stop();
  });
});

describe('stopping', () => {
  it('lets what runs finish, and refuses what comes', async () => {
    const server = await startTestServer({ 'shutdown-grace-period-seconds': 60 });
    const client = await logIn(server.address.port);
    const info = await client.query('select i from range(3000000) t(i)');
    const call = client.openGet(ticketOf(info));
    await once(call, 'metadata');
    const stopped = server.stop();
    const messages = await collect(call);
    expect(messages.length).toBeGreaterThan(50);
    await stopped;
    client.close();
  });

  it('ends what still runs after the time to finish, with a reason', async () => {
    const server = await startTestServer();
    const client = await logIn(server.address.port);
    const call = client.openGet(ticketOf(await client.query(LONG)));
    const refused = expect(collect(call)).rejects.toMatchObject({ code: status.UNAVAILABLE });
    await once(call, 'metadata');
    await server.stop(0);
    await refused;
    client.close();
  });

  it('does not wait for peers that never speak', async () => {
    const server = await startTestServer({ 'shutdown-grace-period-seconds': 0 });
    const socket = dial(server.address.port, '127.0.0.1');
    await once(socket, 'connect');
    await server.stop();
    socket.destroy();
  });

  it('keeps what was committed and rolls back what was not', async () => {
    const database = join(directory, 'rollback.duckdb');
    const server = await startTestServer({ database });
    const client = await logIn(server.address.port);
    await client.rows('create table t(a int)');
    await client.rows('begin');
    await client.rows('insert into t values (1)');
    await server.stop(0);
    client.close();
    const again = await startTestServer({ database });
    const reader = connectRaw(again.address.port, { authorization: basic() });
    expect(await reader.rows('from t')).toEqual([]);
    reader.close();
    await again.stop();
  });
});
