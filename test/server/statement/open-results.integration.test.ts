import { once } from 'node:events';
import { type ClientReadableStream, status } from '@grpc/grpc-js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FlightDataMessage } from '../../../src/flight/flight-data.js';
import { BatchReader } from '../../../src/flight/ipc/reader.js';
import { readValue } from '../../../src/flight/ipc/value.js';
import type { RunningServer } from '../../../src/server/running-server.js';
import { collect, decodeRows, logIn, type RawClient, ticketOf } from '../../support/raw-client.js';
import { startTestServer } from '../../support/start-test-server.js';

let server: RunningServer;
let client: RawClient;
beforeEach(async () => {
  server = await startTestServer();
  client = await logIn(server.address.port);
});
afterEach(async () => {
  client.close();
  await server.stop();
});

/** More than transports and buffers hold, so that its reader's slowness reaches the engine; in few rows. */
const manyOf = (value: string, rows = 220_000) =>
  `select ${value}, repeat('x', 250) from range(${rows}) t(i)`;
const MANY = manyOf('i');
const ENDLESS = manyOf('i', 1e12);
const SUM = 24_199_890_000n;

/** A result of which the client has read a little and then stopped. */
async function openHalf(query: string, from = client): Promise<HalfRead> {
  const call = from.openGet(ticketOf(await from.query(query)));
  const messages: FlightDataMessage[] = [];
  const error = new Promise((resolve) => call.on('error', resolve));
  call.on('data', (message: FlightDataMessage) => messages.push(message));
  await once(call, 'data');
  call.pause();
  return {
    call,
    error,
    async sum() {
      const end = once(call, 'end');
      call.resume();
      await end;
      const reader = new BatchReader();
      let total = 0n;
      for (const message of messages) {
        const batch = reader.push(message);
        const column = batch?.columns[0];
        for (let row = 0; column !== undefined && row < (batch?.length ?? 0); row++)
          total += BigInt(readValue(column, row) as bigint);
      }
      return total;
    },
  };
}
interface HalfRead {
  readonly call: ClientReadableStream<FlightDataMessage>;
  readonly error: Promise<unknown>;
  sum(): Promise<bigint>;
}

describe('two results of one session, both half read', () => {
  it('come complete, in whatever order they are read on', async () => {
    const first = await openHalf(MANY);
    const second = await openHalf(manyOf('-i'));
    const third = await openHalf('select 1 as one from range(100000)');
    expect(await third.sum()).toBe(100_000n);
    expect(await first.sum()).toBe(SUM);
    expect(await second.sum()).toBe(-SUM);
  });

  it('do not see what the session does meanwhile', async () => {
    await client.rows(`create table t as ${MANY}`);
    const half = await openHalf('from t');
    expect(await client.rows('delete from t')).toEqual([[220_000n]]);
    await client.rows('drop table t');
    expect(await half.sum()).toBe(SUM);
  });

  it('work the same in a transaction, and do not survive its COMMIT as a hindrance', async () => {
    await client.rows('begin');
    await client.rows(`create table u as ${MANY}`);
    const half = await openHalf('from u');
    await client.rows('commit');
    expect(await half.sum()).toBe(SUM);
  });
});

describe('a result that is kept for its reader', () => {
  it('fails for its reader where it exceeds the limit, and the session goes on', async () => {
    const small = await startTestServer({ 'temp-file-limit': '1MB' });
    const session = await logIn(small.address.port);
    const half = await openHalf(ENDLESS, session);
    expect(await session.rows('select 2')).toEqual([[2]]);
    half.call.resume();
    expect(await half.error).toMatchObject({
      code: status.RESOURCE_EXHAUSTED,
      details: expect.stringContaining('--temp-file-limit'),
    });
    // What it had taken is given back: the next finds room.
    const next = await openHalf('select i from range(100000) t(i)', session);
    await session.rows('select 3');
    expect(await next.sum()).toBe(4_999_950_000n);
    session.close();
    await small.stop();
  });

  it('is given up with its reader, and the one that waited runs', async () => {
    const half = await openHalf(ENDLESS);
    const waiting = client.rows('select 4');
    half.call.cancel();
    expect(await waiting).toEqual([[4]]);
  });

  it('tells its reader how it failed, and nobody else', async () => {
    // With several threads DuckDB may report that it interrupted the others, instead of why.
    await client.rows('set threads = 1');
    const half = await openHalf(
      "select case when i = 290000 then error('boom') else i end, repeat('x', 250) from range(300000) t(i)",
    );
    expect(await client.rows('select 5')).toEqual([[5]]);
    half.call.resume();
    expect(await half.error).toMatchObject({ details: expect.stringContaining('boom') });
  });

  it('ends with its session', async () => {
    const half = await openHalf(MANY);
    await client.rows('select 6');
    await client.action('CloseSession');
    half.call.resume();
    expect(await half.error).toMatchObject({ code: status.UNAUTHENTICATED });
  });
});

it('a result read by nobody is no hindrance to many', async () => {
  const halves = [];
  for (let index = 0; index < 5; index++)
    halves.push(await openHalf(`select i + ${index} from range(100000) t(i)`));
  const rows = await collect<FlightDataMessage>(client.openGet(ticketOf(await client.query('select 7'))));
  expect(decodeRows(rows)).toEqual([[7]]);
  for (const [index, half] of halves.entries()) {
    expect(await half.sum()).toBe(4_999_950_000n + BigInt(index) * 100_000n);
  }
});
