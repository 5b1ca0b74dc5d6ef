import { status } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CancelStatus, type FlightInfo, type PollInfo } from '../../../src/flight/gen/flight_pb.js';
import { decodeSchema, unwrapEncapsulated } from '../../../src/flight/ipc/schema.js';
import { ACTIONS } from '../../../src/flight/sql/action.js';
import { encodeCommand } from '../../../src/flight/sql/command.js';
import type { RunningServer } from '../../../src/server/running-server.js';
import { logIn, type RawClient, ticketOf } from '../../support/raw-client.js';
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

const statement = (query: string) => encodeCommand({ type: 'CommandStatementQuery', message: { query } });
/** Has no end in this test's time. */
const ENDLESS = 'select sum(a.i * b.i) as total from range(10000000) a(i), range(10000000) b(i)';

/** Polls until there is nothing to poll for. */
async function pollToEnd(first: PollInfo): Promise<PollInfo[]> {
  const answers = [first];
  for (let last = first; last.flightDescriptor !== undefined; answers.push(last)) {
    last = await client.poll(last.flightDescriptor.cmd);
  }
  return answers;
}
async function finished(query: string): Promise<FlightInfo> {
  const { info } = (await pollToEnd(await client.poll(statement(query)))).at(-1) ?? {};
  if (info === undefined) throw new Error('no FlightInfo');
  return info;
}
const cancel = async (info: FlightInfo | undefined, from = client) => {
  const [body] = await from.action(
    'CancelFlightInfo',
    ACTIONS.CancelFlightInfo.encodeRequest(info === undefined ? {} : { info }),
  );
  return ACTIONS.CancelFlightInfo.decodeResult(body ?? new Uint8Array(0)).status;
};

describe('a statement that is polled for', () => {
  it('answers with a ticket once it has run, good for many fetches', async () => {
    const info = await finished("select i, 'x' as s from range(100000) t(i)");
    expect(decodeSchema(unwrapEncapsulated(info.schema)).fields.map(({ name }) => name)).toEqual(['i', 's']);
    expect(info.totalRecords).toBe(100_000n);
    expect(info.endpoint).toHaveLength(1);
    for (const _ of [1, 2]) expect(await client.get(ticketOf(info))).toHaveLength(100_000);
  });

  it('says meanwhile how far it is, under the same name', async () => {
    const first = await client.poll(statement(ENDLESS));
    expect(first.info?.endpoint).toEqual([]);
    expect(first.flightDescriptor).toBeDefined();
    expect(first.expirationTime).toBeDefined();
    const second = await client.poll(first.flightDescriptor?.cmd ?? new Uint8Array(0));
    expect(second.flightDescriptor?.cmd).toEqual(first.flightDescriptor?.cmd);
    for (const { progress = 0 } of [first, second]) {
      expect(progress).toBeGreaterThanOrEqual(0);
      expect(progress).toBeLessThan(1);
    }
    expect(await cancel(second.info)).toBe(CancelStatus.CANCELLED);
    await expect(client.poll(first.flightDescriptor?.cmd ?? new Uint8Array(0))).rejects.toMatchObject({
      code: status.NOT_FOUND,
    });
    expect(await client.rows('select 1')).toEqual([[1]]);
  });

  it('is answered for while it waits for another of its session, when its columns are not known yet', async () => {
    const before = await client.poll(statement(ENDLESS));
    const waiting = await client.poll(statement('select 7 as seven'));
    expect(waiting.info?.schema).toHaveLength(0);
    expect(waiting.info?.endpoint).toEqual([]);
    expect(waiting.flightDescriptor).toBeDefined();
    expect(await cancel(before.info)).toBe(CancelStatus.CANCELLED);
    const { info } = (await pollToEnd(waiting)).at(-1) ?? {};
    expect(await client.get(ticketOf(info as FlightInfo))).toEqual([[7]]);
  });

  it('runs once where it changes something', async () => {
    await client.rows('create table polled(a int)');
    const info = await finished('insert into polled values (1), (2)');
    for (const _ of [1, 2]) expect(await client.get(ticketOf(info))).toEqual([[2n]]);
    expect(await client.rows('from polled')).toEqual([[1], [2]]);
  });

  it('may be a prepared one', async () => {
    const preparedStatementHandle = await client.prepare('select 42 as a');
    const cmd = encodeCommand({
      type: 'CommandPreparedStatementQuery',
      message: { preparedStatementHandle },
    });
    const { info } = (await pollToEnd(await client.poll(cmd))).at(-1) ?? {};
    expect(await client.get(ticketOf(info as FlightInfo))).toEqual([[42]]);
  });

  it('tells how it failed', async () => {
    for (const failing of [
      "select case when i = 900000 then error('boom') else i end from range(1000000) t(i)",
      'select nonsense',
    ]) {
      const poll = async () => pollToEnd(await client.poll(statement(failing)));
      await expect(poll()).rejects.toMatchObject({ code: status.INVALID_ARGUMENT });
    }
  });

  it('of which a session may have some and no more', async () => {
    const session = await logIn(server.address.port);
    const poll = () => session.poll(statement('select 1'));
    for (let count = 0; count < 16; count++) await poll();
    await expect(poll()).rejects.toMatchObject({ code: status.RESOURCE_EXHAUSTED });
    await session.action('CloseSession');
    session.close();
  });

  it('makes room for others once it is done and has been read, and only then', async () => {
    const session = await logIn(server.address.port);
    const poll = (sql = 'select 1') => session.poll(statement(sql));
    const { info: kept } = await poll("select 'kept'");
    for (let count = 0; count < 20; count++) {
      const { info } = await poll();
      if (info === undefined) expect.fail('no FlightInfo');
      expect(await session.get(ticketOf(info))).toEqual([[1]]);
    }
    if (kept === undefined) expect.fail('no FlightInfo');
    expect(await session.get(ticketOf(kept))).toEqual([['kept']]);
    await session.action('CloseSession');
    session.close();
  });

  it('ends with its session', async () => {
    const session = await logIn(server.address.port);
    const { flightDescriptor } = await session.poll(statement(ENDLESS));
    await session.action('CloseSession');
    session.close();
    await expect(client.poll(flightDescriptor?.cmd ?? new Uint8Array(0))).rejects.toMatchObject({
      code: status.NOT_FOUND,
    });
  });
});

describe('metadata that is polled for', () => {
  it('is there at once', async () => {
    const answer = await client.poll(encodeCommand({ type: 'CommandGetTableTypes', message: {} }));
    expect(answer).toMatchObject({ progress: 1 });
    expect(answer.flightDescriptor).toBeUndefined();
  });
});

describe('an endpoint', () => {
  it('says until when it may be fetched, and can be kept for longer', async () => {
    const info = await client.query('select 1');
    const [endpoint] = info.endpoint;
    if (endpoint === undefined) throw new Error('no endpoint');
    const [body] = await client.action(
      'RenewFlightEndpoint',
      ACTIONS.RenewFlightEndpoint.encodeRequest({ endpoint }),
    );
    const renewed = ACTIONS.RenewFlightEndpoint.decodeResult(body ?? new Uint8Array(0));
    const nanos = (time = endpoint.expirationTime) =>
      (time?.seconds ?? 0n) * 1_000_000_000n + BigInt(time?.nanos ?? 0);
    expect(nanos(renewed.expirationTime)).toBeGreaterThanOrEqual(nanos());
    expect(renewed.ticket).toEqual(endpoint.ticket);
    expect(await client.get(ticketOf(info))).toEqual([[1]]);
  });

  it('of a metadata command never expires', async () => {
    const {
      endpoint: [endpoint],
    } = await client.info(encodeCommand({ type: 'CommandGetCatalogs', message: {} }));
    if (endpoint === undefined) throw new Error('no endpoint');
    expect(endpoint.expirationTime).toBeUndefined();
    const [body] = await client.action(
      'RenewFlightEndpoint',
      ACTIONS.RenewFlightEndpoint.encodeRequest({ endpoint }),
    );
    expect(ACTIONS.RenewFlightEndpoint.decodeResult(body ?? new Uint8Array(0))).toMatchObject({
      ticket: endpoint.ticket,
    });
  });

  it('is renewed for nobody who does not have it', async () => {
    const info = await client.query('select 1');
    const forged = encodeCommand({
      type: 'TicketStatementQuery',
      message: { statementHandle: Buffer.from('0'.repeat(32)) },
    });
    const request = ACTIONS.RenewFlightEndpoint.encodeRequest({ endpoint: { ticket: { ticket: forged } } });
    await expect(client.action('RenewFlightEndpoint', request)).rejects.toMatchObject({
      code: status.NOT_FOUND,
    });
    const empty = ACTIONS.RenewFlightEndpoint.encodeRequest({});
    await expect(client.action('RenewFlightEndpoint', empty)).rejects.toMatchObject({
      code: status.INVALID_ARGUMENT,
    });
    expect(await client.get(ticketOf(info))).toEqual([[1]]);
  });
});
