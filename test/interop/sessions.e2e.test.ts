/** Transactions, session options, cancellation and polling, as ADBC's driver and pyarrow.flight do them. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { GizmoServer } from '../support/gizmo-server.js';
import { startGizmoServer } from '../support/gizmo-server.js';
import { coverageOf } from './compatibility.js';
import { hasPythonClients, runPython } from './python.js';

const covers = coverageOf('ADBC (Python)', import.meta.url);

describe.skipIf(!hasPythonClients())('a session of ADBC from Python', () => {
  let server: GizmoServer;
  beforeAll(async () => {
    server = await startGizmoServer();
  });
  afterAll(() => server?.stop());
  const run = (task: string) =>
    runPython('sessions.py', task, {
      host: server.host,
      port: server.port,
      user: server.user,
      token: server.token,
    });

  it(
    'commits and rolls back, with statements kept from one transaction to the next',
    covers('transactions by API', async () => {
      expect(await run('commit_and_rollback')).toEqual({ inside: 2, before: 1, after: 2 });
    }),
  );
  it('loads in bulk within its transaction', async () => {
    expect(await run('ingest_in_transaction')).toEqual({ inside: 3, after: 3 });
  });
  it('goes on after a failed transaction', async () => {
    expect(await run('failed_transaction')).toEqual({ first: 'NOT_FOUND', afterwards: [1] });
  });
  it('may commit by text', async () => {
    expect(await run('text_commit')).toBe(0);
  });
  it('keeps temporary tables from one transaction to the next', async () => {
    expect(await run('temporary_tables')).toEqual([[5]]);
  });
  it('turns autocommit on and off', async () => {
    expect(await run('toggled')).toEqual({ seen: 1, after: 1 });
  });
  it('executes for many rows, all or none', async () => {
    expect(await run('executemany_counts')).toEqual({ counted: 10, status: 'INVALID_ARGUMENT', rows: 10 });
  });
  it('binds values of any type where the statement leaves it open, dictionaries, views and NULL', async () => {
    expect(await run('bound_types')).toEqual({
      answers: [2, 2.5, 'x', '7', '2.5', 'None', "b'z'"],
      rows: [
        ['A', 'c'],
        ['B', null],
        ['A', 'e'],
      ],
    });
  });
  it(
    'sets and reads catalog, schema and settings',
    covers('session options', async () => {
      expect(await run('session_options')).toEqual({
        first: ['memory', 'main'],
        afterwards: ['elsewhere', 'inner_one'],
        zone: 'Asia/Tokyo',
        wrong: 'INVALID_ARGUMENT',
      });
    }),
  );
  it(
    'reads a partition over another connection',
    covers('partitions', async () => {
      expect(await run('partitions')).toEqual({ parts: 1, names: ['i'], rows: 1000 });
    }),
  );
  it(
    'executes incrementally',
    covers('progress', async () => {
      expect(await run('incremental')).toBe(119_999_999);
    }),
  );
  it(
    'cancels, and goes on',
    covers('cancel', async () => {
      expect(await run('cancelled')).toEqual({ status: 'CANCELLED', afterwards: [1] });
    }),
  );
  it(
    'reads two cursors in turns',
    covers('two results at once', async () => {
      expect(await run('two_cursors')).toEqual({
        rows: [220_000, 220_000],
        'in order': [true, true],
      });
    }),
  );
  it('is closed by an action with an empty body, one of those that are listed', async () => {
    expect(await run('pyarrow_session_options')).toEqual({
      actions: [
        'BeginTransaction',
        'CancelFlightInfo',
        'CancelQuery',
        'ClosePreparedStatement',
        'CloseSession',
        'CreatePreparedStatement',
        'EndTransaction',
        'GetSessionOptions',
        'RenewFlightEndpoint',
        'SetSessionOptions',
      ],
      closed: '0801',
    });
  });
});
