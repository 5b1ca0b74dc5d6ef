/** The habits of other people's servers, one a test. */
import { create, fromBinary } from '@bufbuild/protobuf';
import { status } from '@grpc/grpc-js';
import { tableFromIPC } from 'apache-arrow';
import { afterEach, describe, expect, test } from 'vitest';
import { type ClientOptions, connect, type FlightSqlClient, GizmoError } from '../../src/client/index.js';
import { encodeFlightData } from '../../src/flight/flight-data.js';
import {
  BasicAuthSchema,
  FlightDescriptorSchema,
  HandshakeResponseSchema,
  PollInfoSchema,
  PutResultSchema,
  ResultSchema,
} from '../../src/flight/gen/flight_pb.js';
import { buildBatch } from '../../src/flight/ipc/build.js';
import { encodeSchema } from '../../src/flight/ipc/schema.js';
import { type ArrowSchema, field } from '../../src/flight/ipc/types.js';
import { ACTIONS } from '../../src/flight/sql/action.js';
import { encodeUpdateResult } from '../../src/flight/sql/put-result.js';
import {
  endpoint,
  type FlightServer,
  type Handlers,
  infoOf,
  metadataOf,
  NUMBERS,
  sendNumbers,
  startFlightServer,
  ticketOf,
} from '../support/flight-server.js';

const open: { close(): unknown }[] = [];
afterEach(async () => {
  for (const each of open.splice(0).reverse()) await each.close();
});

async function serve(handlers: Handlers): Promise<FlightServer> {
  const server = await startFlightServer(handlers);
  open.push(server);
  return server;
}

async function dial(server: FlightServer, options: ClientOptions = {}): Promise<FlightSqlClient> {
  const client = await connect(`grpc://127.0.0.1:${server.port}`, options);
  open.push(client);
  return client;
}

const LOGIN = { username: 'ann', password: 'open sesame' };
const BASIC = `Basic ${Buffer.from('ann:open sesame').toString('base64')}`;
const headers = (server: FlightServer, call: string, header: string) =>
  server.calls.filter(({ name }) => name === call).map(({ metadata }) => metadata.get(header).map(String));
const numbers = async (client: FlightSqlClient) =>
  (await (await client.query('select n')).toArray()).map(({ n }) => n);
const answers = (...values: number[]): Handlers => ({
  getFlightInfo: (_, answer) => answer(null, infoOf([endpoint('1')], NUMBERS)),
  doGet: (call) => sendNumbers(call, ...values),
});

describe('logging in', () => {
  test('without a handshake the credentials go with every call', async () => {
    const server = await serve(answers(1));
    for (const [login, header] of [
      [LOGIN, BASIC],
      [{ token: 't' }, 'Bearer t'],
    ] as const) {
      expect(await numbers(await dial(server, login))).toEqual([1]);
      expect(headers(server, 'doGet', 'authorization').at(-1)).toEqual([header]);
    }
  });

  test('a handshake that is for passwords only does not keep tokens out, nor nobody', async () => {
    const server = await serve({
      ...answers(1),
      handshake: (call) => call.emit('error', { code: status.INVALID_ARGUMENT, details: 'no Basic' }),
    });
    expect(await numbers(await dial(server, { token: 't' }))).toEqual([1]);
    expect(await numbers(await dial(server))).toEqual([1]);
    await expect(dial(server, LOGIN)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  });

  test('a handshake by payload is answered by a token that travels in both of its headers', async () => {
    const server = await serve({
      ...answers(1),
      handshake: (call) => {
        call.on('data', ({ payload }) => {
          const { username, password } = fromBinary(BasicAuthSchema, payload);
          const answer = Buffer.from(`token of ${username}:${password}`.replaceAll(' ', '-'));
          call.write(create(HandshakeResponseSchema, { payload: answer }));
        });
        call.on('end', () => call.end());
      },
    });
    expect(await numbers(await dial(server, LOGIN))).toEqual([1]);
    const token = 'token-of-ann:open-sesame';
    expect(headers(server, 'doGet', 'auth-token-bin')).toEqual([[token]]);
    expect(headers(server, 'doGet', 'authorization')).toEqual([[`Bearer ${token}`]]);
  });

  test('a token may come in the trailers, and be renewed by any answer', async () => {
    const server = await serve({
      ...answers(1),
      handshake: (call) => {
        call.on('data', () => undefined);
        call.on('end', () => call.end(metadataOf('authorization', 'Bearer first')));
      },
      getFlightInfo: (call, answer) => {
        call.sendMetadata(metadataOf('authorization', 'Bearer second'));
        answer(null, infoOf([endpoint('1')], NUMBERS));
      },
    });
    await numbers(await dial(server, LOGIN));
    expect(headers(server, 'getFlightInfo', 'authorization')).toEqual([['Bearer first']]);
    expect(headers(server, 'doGet', 'authorization')).toEqual([['Bearer second']]);
  });

  test('headers of the caller go with every call', async () => {
    const server = await serve(answers(1));
    await numbers(await dial(server, { headers: { 'x-database': 'sales' } }));
    expect(headers(server, 'getFlightInfo', 'x-database')).toEqual([['sales']]);
  });
});

describe('cookies', () => {
  const handlers: Handlers = {
    ...answers(1),
    getFlightInfo: (call, answer) => {
      call.sendMetadata(metadataOf('set-cookie', 'session=s1; Path=/', 'node=b; Max-Age=60'));
      answer(null, infoOf([endpoint('1')], NUMBERS));
    },
  };
  test('come back with the next call', async () => {
    const server = await serve(handlers);
    await numbers(await dial(server));
    expect(headers(server, 'getFlightInfo', 'cookie')).toEqual([[]]);
    expect(headers(server, 'doGet', 'cookie')).toEqual([['session=s1; node=b']]);
  });
  test('stay away where the caller wants none', async () => {
    const server = await serve(handlers);
    await numbers(await dial(server, { cookies: false }));
    expect(headers(server, 'doGet', 'cookie')).toEqual([[]]);
  });
});

describe('results', () => {
  test('of a server that announces no schema, or one without columns, have that of the stream', async () => {
    for (const schema of [undefined, { fields: [] }]) {
      const server = await serve({
        ...answers(3, 4),
        getFlightInfo: (_, answer) => answer(null, infoOf([endpoint('1')], schema)),
      });
      const result = await (await dial(server)).query('select n');
      expect([result.schema, result.returns]).toEqual([NUMBERS, 'rows']);
      expect(await result.toArray()).toEqual([{ n: 3 }, { n: 4 }]);
    }
  });

  test('may differ from the announcement in what may be null, and in nothing else', async () => {
    const announce = (schema: ArrowSchema): Handlers => ({
      ...answers(1),
      getFlightInfo: (_, answer) => answer(null, infoOf([endpoint('1')], schema)),
    });
    const strict = { fields: NUMBERS.fields.map((each) => ({ ...each, nullable: false })) };
    expect(await numbers(await dial(await serve(announce(strict))))).toEqual([1]);
    const renamed = { fields: [field('m', { kind: 'int', bits: 32, signed: true })] };
    await expect(numbers(await dial(await serve(announce(renamed))))).rejects.toMatchObject({
      code: 'DATA_LOSS',
    });
  });

  test('on several endpoints come in order, wherever "here" is written', async () => {
    const server: FlightServer = await serve({
      getFlightInfo: (_, answer) =>
        answer(
          null,
          infoOf([
            endpoint('1'),
            endpoint('2', 'arrow-flight-reuse-connection://?'),
            endpoint('3', ''),
            endpoint('4', 'grpc://elsewhere.invalid:1', `grpc+tcp://127.0.0.1:${server.port}`),
          ]),
        ),
      doGet: (call) => sendNumbers(call, Number(ticketOf(call)), 10 * Number(ticketOf(call))),
    });
    expect(await numbers(await dial(server))).toEqual([1, 10, 2, 20, 3, 30, 4, 40]);
  });

  test('without endpoints are empty', async () => {
    const server = await serve({ getFlightInfo: (_, answer) => answer(null, infoOf([], NUMBERS)) });
    expect(await numbers(await dial(server))).toEqual([]);
  });

  test('on other servers are fetched there with the same credentials, from the first place that answers', async () => {
    const other = await serve({ doGet: (call) => sendNumbers(call, 7) });
    const gone = await startFlightServer({});
    gone.close();
    const server = await serve({
      getFlightInfo: (_, answer) =>
        answer(
          null,
          infoOf([
            endpoint(
              '1',
              'https://bucket.invalid/x',
              `grpc://127.0.0.1:${gone.port}`,
              `grpc://127.0.0.1:${other.port}`,
            ),
            endpoint('2', `grpc://127.0.0.1:${other.port}`),
          ]),
        ),
    });
    expect(await numbers(await dial(server, { token: 't', connectTimeoutMs: 2000 }))).toEqual([7, 7]);
    expect(headers(other, 'doGet', 'authorization')).toEqual([['Bearer t'], ['Bearer t']]);
    await expect(numbers(await dial(server, { followLocations: false }))).rejects.toMatchObject({
      code: 'UNIMPLEMENTED',
    });
  });

  test('in places that no Flight client reaches say so', async () => {
    const server = await serve({
      getFlightInfo: (_, answer) => answer(null, infoOf([endpoint('1', 'https://bucket.invalid/x')])),
    });
    await expect(numbers(await dial(server))).rejects.toMatchObject({
      code: 'UNIMPLEMENTED',
      message: expect.stringContaining('https://bucket.invalid/x'),
    });
  });

  test('interspersed with application metadata are read past it', async () => {
    const server = await serve({
      ...answers(),
      doGet: (call) => {
        call.write(encodeFlightData({ appMetadata: Buffer.from('hello') }));
        sendNumbers(call, 5);
      },
    });
    expect(await numbers(await dial(server))).toEqual([5]);
  });

  test('with app_metadata of their own are taken for rows', async () => {
    for (const appMetadata of ['{"returns":7}', 'foobar', '[]', '\xff'.repeat(5000)]) {
      const server = await serve({
        ...answers(1),
        getFlightInfo: (_, answer) =>
          answer(null, { ...infoOf([endpoint('1')], NUMBERS), appMetadata: Buffer.from(appMetadata) }),
      });
      const result = await (await dial(server)).query('select n');
      expect([result.returns, result.changes]).toEqual(['rows', undefined]);
      await result.cancel();
    }
  });

  test('are read once', async () => {
    const result = await (await dial(await serve(answers(1, 2)))).query('select n');
    expect(await result.toArray()).toHaveLength(2);
    await expect(result.toArray()).rejects.toMatchObject({ code: 'FAILED_PRECONDITION' });
  });

  test('become a table of apache-arrow', async () => {
    const result = await (await dial(await serve(answers(1, 2)))).query('select n');
    expect((await tableFromIPC(result.toIPC())).toArray().map((row) => row?.toJSON())).toEqual([
      { n: 1 },
      { n: 2 },
    ]);
  });

  test('that fail midway reject, and keep what came before', async () => {
    const server = await serve({
      ...answers(),
      doGet: (call) => {
        call.write(encodeFlightData({ message: { header: encodeSchema(NUMBERS), body: new Uint8Array(0) } }));
        call.write(encodeFlightData({ message: buildBatch(NUMBERS, [[1, 2]]) }));
        call.emit('error', { code: status.DATA_LOSS, details: 'disk full' });
      },
    });
    const seen: unknown[] = [];
    const reading = (async () => {
      for await (const { n } of (await (await dial(server)).query('select n')).rows()) seen.push(n);
    })();
    await expect(reading).rejects.toMatchObject({ code: 'DATA_LOSS', message: 'disk full' });
    expect(seen).toEqual([1, 2]);
  });
});

describe('progress', () => {
  const polls = (more: Handlers = {}): Handlers => {
    let asked = 0;
    return {
      ...answers(9),
      pollFlightInfo: (_, answer) => {
        asked++;
        const info = infoOf(asked < 3 ? [] : [endpoint('1')], NUMBERS);
        const flightDescriptor = create(FlightDescriptorSchema, { cmd: Buffer.from(String(asked)) });
        answer(
          null,
          create(PollInfoSchema, asked < 3 ? { info, flightDescriptor, progress: asked / 4 } : { info }),
        );
      },
      ...more,
    };
  };
  test('is told until the statement is done', async () => {
    const told: unknown[] = [];
    const client = await dial(await serve(polls()));
    const result = await client.query('select n', { onProgress: (fraction) => told.push(fraction) });
    expect(await result.toArray()).toEqual([{ n: 9 }]);
    expect(told).toEqual([0.25, 0.5]);
  });
  test('of a server that does not poll is never told', async () => {
    const client = await dial(await serve(answers(9)));
    const result = await client.query('select n', { onProgress: () => expect.unreachable() });
    expect(await result.toArray()).toEqual([{ n: 9 }]);
  });
  test('that is waited for no longer cancels the statement', async () => {
    const actions: string[] = [];
    const server = await serve(
      polls({
        pollFlightInfo: (_, answer) =>
          answer(
            null,
            create(PollInfoSchema, { info: infoOf([]), flightDescriptor: { cmd: Buffer.from('x') } }),
          ),
        doAction: (call) => {
          actions.push(call.request.type);
          call.end();
        },
      }),
    );
    const stop = new AbortController();
    const reason = new GizmoError('CANCELLED', 'enough');
    const onProgress = () => stop.abort(reason);
    const asking = (await dial(server)).query('select n', { signal: stop.signal, onProgress });
    await expect(asking).rejects.toBe(reason);
    expect(actions).toEqual(['CancelFlightInfo']);
  });
});

describe('uploads', () => {
  const takes = (onEnd: (rows: number) => Uint8Array | undefined): Handlers => ({
    doPut: (call) => {
      let messages = 0;
      call.on('data', () => messages++);
      call.on('end', () => {
        const appMetadata = onEnd(messages);
        if (appMetadata !== undefined) call.write(create(PutResultSchema, { appMetadata }));
        call.end();
      });
    },
  });
  async function* endless() {
    for (;;) yield { schema: NUMBERS, length: 1, columns: [], message: buildBatch(NUMBERS, [[1]]) };
  }

  test('are counted by the server, or not at all', async () => {
    const counting = await dial(await serve(takes(() => encodeUpdateResult(5))));
    expect(await counting.execute('delete from t')).toBe(5);
    expect(await (await dial(await serve(takes(() => new Uint8Array(0))))).execute('create table t')).toBe(0);
    expect(await (await dial(await serve(takes(() => undefined)))).execute('delete from t')).toBeUndefined();
    const unknown = await dial(
      await serve(takes(() => Uint8Array.of(8, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1))),
    );
    expect(await unknown.execute('delete from t')).toBeUndefined();
  });

  test('may be answered batch by batch', async () => {
    const server = await serve({
      doPut: (call) => {
        let seen = 0;
        call.on('data', () => {
          if (seen++ > 0) call.write(create(PutResultSchema, { appMetadata: encodeUpdateResult(seen) }));
        });
        call.on('end', () => call.end());
      },
    });
    async function* some() {
      for (let i = 0; i < 2000; i++)
        yield { schema: NUMBERS, length: 1, columns: [], message: buildBatch(NUMBERS, [[i]]) };
    }
    expect(await (await dial(server)).ingest('t', some())).toBe(2);
  });

  test('that the server refuses end with its reason, and the source is told', async () => {
    const server = await serve({
      doPut: (call) => {
        call.once('data', () => call.emit('error', { code: status.ALREADY_EXISTS, details: 'there is a t' }));
      },
    });
    let told = false;
    async function* source() {
      try {
        yield* endless();
      } finally {
        told = true;
      }
    }
    await expect((await dial(server)).ingest('t', source())).rejects.toMatchObject({
      code: 'ALREADY_EXISTS',
      message: 'there is a t',
    });
    expect(told).toBe(true);
  });

  test('whose source hangs end when they are aborted, and when the server has enough', async () => {
    async function* hangs() {
      yield* [{ schema: NUMBERS, length: 1, columns: [], message: buildBatch(NUMBERS, [[1]]) }];
      await new Promise(() => undefined);
    }
    const stop = new AbortController();
    const reason = new GizmoError('CANCELLED', 'enough');
    const patient = await serve({ doPut: (call) => call.once('data', () => stop.abort(reason)) });
    await expect((await dial(patient)).ingest('t', hangs(), { signal: stop.signal })).rejects.toBe(reason);
    const sated = await serve({ doPut: (call) => call.once('data', () => call.end()) });
    await expect((await dial(sated)).ingest('t', hangs())).rejects.toMatchObject({ code: 'CANCELLED' });
  });

  test('whose source fails are cancelled, and reject with its error', async () => {
    let noteCancelled = (): void => undefined;
    const cancelled = new Promise<void>((resolve) => {
      noteCancelled = resolve;
    });
    const server = await serve({
      doPut: (call) => call.once('cancelled', noteCancelled).resume(),
    });
    const fault = new Error('the disk is gone');
    async function* fails() {
      yield* [{ schema: NUMBERS, length: 1, columns: [], message: buildBatch(NUMBERS, [[1]]) }];
      throw fault;
    }
    await expect((await dial(server)).ingest('t', fails())).rejects.toBe(fault);
    await cancelled;
  });

  test('without a batch and a schema are refused', async () => {
    const client = await dial(await serve(takes(() => encodeUpdateResult(0))));
    await expect(client.ingest('t', [])).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  });
});

describe('prepared statements', () => {
  test('of a server that tells no parameters take any, and its new handle is used', async () => {
    const handles: string[] = [];
    const server = await serve({
      doAction: (call) => {
        if (call.request.type === 'CreatePreparedStatement') {
          const body = ACTIONS.CreatePreparedStatement.encodeResult({
            preparedStatementHandle: Buffer.from('h1'),
          });
          call.write(create(ResultSchema, { body }));
        } else {
          const { preparedStatementHandle } = ACTIONS.ClosePreparedStatement.decodeRequest(call.request.body);
          handles.push(`closed ${Buffer.from(preparedStatementHandle)}`);
        }
        call.end();
      },
      doPut: (call) => {
        call.resume();
        call.on('end', () => {
          // DoPutPreparedStatementResult { prepared_statement_handle: "h2" }
          call.write(create(PutResultSchema, { appMetadata: Uint8Array.of(10, 2, 104, 50) }));
          call.end();
        });
      },
      getFlightInfo: (call, answer) => {
        handles.push(Buffer.from(call.request.cmd).toString('latin1').slice(-2));
        answer(null, infoOf([endpoint('1')]));
      },
      doGet: (call) => sendNumbers(call, 1),
    });
    const client = await dial(server);
    const result = await client.query('select ? + ?', { parameters: [1, 2.5] });
    expect(await result.toArray()).toEqual([{ n: 1 }]);
    await expect.poll(() => handles).toEqual(['h2', 'closed h2']);
    await expect(client.query('select $a', { parameters: { a: 1 } })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringContaining('"a"'),
    });
  });
});

test('the end of a session is asked for, and a server that has none does not mind', async () => {
  const actions: string[] = [];
  const server = await serve({
    doAction: (call) => {
      actions.push(call.request.type);
      call.emit('error', { code: status.UNIMPLEMENTED, details: 'no sessions' });
    },
  });
  const client = await dial(server);
  await client.close();
  expect(actions).toEqual(['CloseSession']);
  await expect((await dial(server)).getSessionOptions()).rejects.toMatchObject({ code: 'UNIMPLEMENTED' });
});
