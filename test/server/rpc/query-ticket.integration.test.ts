import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FlightDataMessage } from '../../../src/flight/flight-data.js';
import { encodeCommand } from '../../../src/flight/sql/command.js';
import type { RunningServer } from '../../../src/server/running-server.js';
import { basic, collect, connectRaw, decodeRows, logIn, type RawClient } from '../../support/raw-client.js';
import { startTestServer } from '../../support/start-test-server.js';

let server: RunningServer;
let client: RawClient;
beforeAll(async () => {
  server = await startTestServer();
  client = await logIn(server.address.port);
});
afterAll(async () => {
  client.close();
  await server.stop();
});

const ticket = (query: string, transactionId?: Uint8Array) =>
  encodeCommand({
    type: 'CommandStatementQuery',
    message: { query, ...(transactionId && { transactionId }) },
  });

/** Runs a text by DoGet alone: what the server says of it, and its rows. */
async function run(query: string, from = client) {
  const messages = await collect<FlightDataMessage>(from.openGet(ticket(query)));
  const facts = Buffer.from(messages[0]?.appMetadata ?? []).toString();
  return { facts: JSON.parse(facts), rows: decodeRows(messages) };
}

describe('a query in place of a ticket', () => {
  it('is announced by the handshake', async () => {
    const stranger = connectRaw(server.address.port);
    const { headers } = await stranger.handshake({ authorization: basic() });
    expect(headers?.get('gizmo-query-ticket')).toEqual(['1']);
    stranger.close();
  });

  it('answers rows, a count or nothing, and says which', async () => {
    expect(await run('create table t (i integer)')).toEqual({
      facts: { returns: 'nothing', changes: null },
      rows: [],
    });
    expect(await run('insert into t values (1), (2)')).toEqual({
      facts: { returns: 'count', changes: 2 },
      rows: [[2n]],
    });
    expect(await run('from t')).toEqual({ facts: { returns: 'rows', changes: null }, rows: [[1], [2]] });
    expect(await run('from t where i = 3')).toEqual({ facts: { returns: 'rows', changes: null }, rows: [] });
  });

  it('runs each statement of a text once, and answers the last', async () => {
    await run('create table u (i integer)');
    expect((await run('insert into u values (1); insert into u values (2); from u')).rows).toEqual([
      [1],
      [2],
    ]);
    expect((await run('insert into u values (3) returning i')).rows).toEqual([[3]]);
    expect((await run('select count(*)::integer from u')).rows).toEqual([[3]]);
  });

  it('fails with the status of its error, and leaves the session free', async () => {
    await expect(run('select * from missing')).rejects.toThrow(/NOT_FOUND|does not exist/);
    // With several threads DuckDB may report that it interrupted the others, instead of why.
    await run('set threads = 1');
    await expect(
      run("select i, if(i = 900000, error('midway'), 0) from range(1000000) t(i)"),
    ).rejects.toThrow(/midway/);
    await run('reset threads');
    await expect(run('')).rejects.toThrow(/INVALID_ARGUMENT/);
    expect((await run('select 1')).rows).toEqual([[1]]);
  });

  it('that is left midway gives the session free', async () => {
    const call = client.openGet(ticket('select i, i::varchar from range(50000000) t(i)'));
    call.on('error', () => undefined);
    await once(call, 'data');
    call.cancel();
    expect((await run('select 1')).rows).toEqual([[1]]);
  });

  it('needs a caller that is known, and a transaction that is', async () => {
    const stranger = connectRaw(server.address.port);
    await expect(collect(stranger.openGet(ticket('select 1')))).rejects.toThrow(/UNAUTHENTICATED/);
    stranger.close();
    await expect(collect(client.openGet(ticket('select 1', Buffer.from('nonsense'))))).rejects.toThrow(
      /NOT_FOUND/,
    );
  });
});
