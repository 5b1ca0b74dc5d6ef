import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { create, toBinary } from '@bufbuild/protobuf';
import { type ServiceError, status } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeFlightData } from '../../../src/flight/flight-data.js';
import {
  CancelStatus,
  FlightDescriptorSchema,
  type FlightInfo,
  FlightInfoSchema,
} from '../../../src/flight/gen/flight_pb.js';
import { ActionCancelQueryResult_CancelResult as CancelResult } from '../../../src/flight/gen/flight_sql_pb.js';
import { flightService } from '../../../src/flight/service.js';
import { ACTIONS } from '../../../src/flight/sql/action.js';
import { encodeCommand } from '../../../src/flight/sql/command.js';
import type { RunningServer } from '../../../src/server/running-server.js';
import { basic, connectRaw, logIn, type RawClient, ticketOf } from '../../support/raw-client.js';
import { startTestServer } from '../../support/start-test-server.js';

let server: RunningServer;
let folder: string;
beforeAll(async () => {
  server = await startTestServer();
  folder = await mkdtemp(join(tmpdir(), 'gizmo-cancel-'));
  writeFileSync(join(folder, 'big.csv'), `a,b\n${'1,some text that has to be read\n'.repeat(100_000)}`);
});
afterAll(async () => {
  await server.stop();
  await rm(folder, { recursive: true });
});

/** None of them ends in the time of a test unless it is interrupted: that the next statement runs is the proof. */
const STATEMENTS: readonly (readonly [string, () => string])[] = [
  ['an aggregate', () => 'select sum(a.i * b.i) from range(10000000) a(i), range(10000000) b(i)'],
  [
    'a sort',
    () =>
      'select hash(a.i, b.i) as h from range(100000) a(i), range(100000) b(i) order by h limit 3 offset 1000000',
  ],
  [
    'a CSV read',
    () =>
      `select count(b) from read_csv([${Array(3000)
        .fill(`'${join(folder, 'big.csv')}'`)
        .join(', ')}])`,
  ],
];
const WAYS: readonly (readonly [string, number, (running: Running) => Promise<unknown>])[] = [
  ['its stream is cancelled', status.CANCELLED, async ({ cancelStream }) => cancelStream()],
  [
    'CancelFlightInfo is asked for',
    status.CANCELLED,
    async ({ info, client }) => {
      const [body] = await client.action(
        'CancelFlightInfo',
        ACTIONS.CancelFlightInfo.encodeRequest({ info }),
      );
      const result = ACTIONS.CancelFlightInfo.decodeResult(body ?? new Uint8Array(0));
      expect(result.status).toBe(CancelStatus.CANCELLED);
    },
  ],
  [
    'CancelQuery is asked for',
    status.CANCELLED,
    async ({ info, client }) => {
      const request = ACTIONS.CancelQuery.encodeRequest({ info: toBinary(FlightInfoSchema, info) });
      const [body] = await client.action('CancelQuery', request);
      expect(ACTIONS.CancelQuery.decodeResult(body ?? new Uint8Array(0)).result).toBe(CancelResult.CANCELLED);
    },
  ],
];

interface Running {
  readonly info: FlightInfo;
  readonly client: RawClient;
  cancelStream(): void;
}

describe.each(STATEMENTS)('%s', (_, sql) => {
  it.each(WAYS)('stops when %s, and nothing else does', async (_way, code, stop) => {
    const [client, bystander] = await Promise.all([logIn(server.address.port), logIn(server.address.port)]);
    await client.rows('create temp table kept as select 1 as a');
    const other = bystander.rows('select count(*) from range(30000000) t(i) where hash(i) % 2 = 0');
    const info = await client.query(sql());
    const call = client.openGet(ticketOf(info));
    const failed = once(call, 'error') as Promise<[ServiceError]>;
    call.resume();
    await once(call, 'metadata');
    await stop({ info, client, cancelStream: () => call.cancel() });
    expect((await failed)[0].code).toBe(code);
    // On the same connection: it runs only after the other has stopped.
    expect(await client.rows('from kept')).toEqual([[1]]);
    expect(await other).toHaveLength(1);
    client.close();
    bystander.close();
  });

  it('stops at the end of its client’s time', async () => {
    const client = await logIn(server.address.port);
    const info = await client.query(sql());
    const call = client.openGet(ticketOf(info), 300);
    const [error] = (await once(call.resume(), 'error')) as [ServiceError];
    expect(error.code).toBe(status.DEADLINE_EXCEEDED);
    expect(await client.rows('select 1')).toEqual([[1]]);
    client.close();
  });

  it('stops when its client is gone', async () => {
    const proxy = await startProxy(server.address.port);
    const authorization = await bearer();
    const client = connectRaw(proxy.port, { authorization });
    const call = client.openGet(ticketOf(await client.query(sql())));
    const failed = once(call.resume(), 'error');
    await once(call, 'metadata');
    proxy.cut();
    await failed;
    client.close();
    // The same session over another connection: it runs only after the other has stopped.
    const again = connectRaw(server.address.port, { authorization });
    expect(await again.rows('select 1')).toEqual([[1]]);
    again.close();
  });

  it('stops as the source of an update, which then has changed nothing', async () => {
    const client = await logIn(server.address.port);
    await client.rows('create temp table made(h hugeint)');
    const cmd = encodeCommand({
      type: 'CommandStatementUpdate',
      message: { query: `insert into made ${sql()}` },
    });
    const { path, requestSerialize, responseDeserialize } = flightService.doPut;
    const call = client.client.makeBidiStreamRequest(
      path,
      requestSerialize,
      responseDeserialize,
      client.metadata(),
    );
    const failed = once(call.resume(), 'error') as Promise<[ServiceError]>;
    call.write(encodeFlightData({ descriptor: create(FlightDescriptorSchema, { type: 2, cmd }) }));
    await once(call, 'metadata');
    call.cancel();
    expect((await failed)[0].code).toBe(status.CANCELLED);
    expect(await client.rows('from made')).toEqual([]);
    client.close();
  });
});

async function bearer(): Promise<string> {
  const first = connectRaw(server.address.port);
  const { headers } = await first.handshake({ authorization: basic() });
  first.close();
  return String(headers?.get('authorization')[0]);
}

/** A TCP relay whose connections can be cut, as a network does. */
async function startProxy(target: number): Promise<{ readonly port: number; cut(): void }> {
  const sockets = new Set<Socket>();
  const relay = createServer((near) => {
    const far = connect(target, '127.0.0.1');
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
    }
    near.pipe(far).pipe(near);
  });
  await once(relay.listen(0, '127.0.0.1'), 'listening');
  return {
    port: (relay.address() as AddressInfo).port,
    cut() {
      relay.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

it('what has been cancelled cannot be fetched', async () => {
  const client = await logIn(server.address.port);
  const info = await client.query('select 1');
  await client.action('CancelFlightInfo', ACTIONS.CancelFlightInfo.encodeRequest({ info }));
  await expect(client.get(ticketOf(info))).rejects.toMatchObject({ code: status.NOT_FOUND });
  client.close();
});
