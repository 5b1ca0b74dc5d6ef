import { once } from 'node:events';
import { connect as connectSession, constants, type OutgoingHttpHeaders } from 'node:http2';
import { gzipSync } from 'node:zlib';
import { create } from '@bufbuild/protobuf';
import {
  Client,
  type ClientDuplexStream,
  type ClientReadableStream,
  credentials,
  type Metadata,
  Server,
  ServerCredentials,
  type ServerWritableStream,
} from '@grpc/grpc-js';
import { afterEach, describe, expect, it } from 'vitest';
import { GizmoError } from '../../src/errors.js';
import { encodeFlightData, type FlightDataMessage, type FlightFrame } from '../../src/flight/flight-data.js';
import {
  type FlightDescriptor,
  FlightDescriptorSchema,
  type FlightInfo,
  type PutResult,
  PutResultSchema,
  type Ticket,
  TicketSchema,
} from '../../src/flight/gen/flight_pb.js';
import {
  type FlightHandlers,
  flightService,
  type Received,
  requireMessage,
} from '../../src/flight/service.js';
import { linkSignals, signalOfCall } from '../../src/flight/signal.js';
import { fromStatus, toStatus } from '../../src/flight/status.js';
import { createWriter, readMessages } from '../../src/flight/stream.js';

const MIB = 1 << 20;
const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const cleanup of cleanups.splice(0).reverse()) cleanup();
});

async function serve(
  handlers: Partial<FlightHandlers>,
  options = {},
): Promise<{ client: Client; port: number; server: Server }> {
  const server = new Server({
    'grpc.max_receive_message_length': -1,
    'grpc.max_send_message_length': -1,
    ...options,
  });
  server.addService(flightService, handlers);
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    ),
  );
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure(), {
    'grpc.max_receive_message_length': -1,
    'grpc.max_send_message_length': -1,
  });
  cleanups.push(
    () => server.forceShutdown(),
    () => client.close(),
  );
  return { client, port, server };
}

function doGet(client: Client, options = {}): ClientReadableStream<FlightDataMessage> {
  const { path, requestSerialize, responseDeserialize } = flightService.doGet;
  return client.makeServerStreamRequest(
    path,
    requestSerialize,
    responseDeserialize,
    create(TicketSchema),
    options,
  );
}

function doPut(client: Client): ClientDuplexStream<FlightFrame, PutResult> {
  const { path, requestSerialize, responseDeserialize } = flightService.doPut;
  return client.makeBidiStreamRequest(path, requestSerialize, responseDeserialize);
}

function unary(client: Client, bytes: Buffer): Promise<FlightInfo | undefined> {
  const { path, responseDeserialize } = flightService.getFlightInfo;
  return new Promise((resolve, reject) =>
    client.makeUnaryRequest(
      path,
      (raw: Buffer) => raw,
      responseDeserialize,
      bytes,
      (error, value) => (error ? reject(error) : resolve(value)),
    ),
  );
}

/** A client on bare HTTP/2, because grpc-js reads ahead where nobody listens and ends what it cancels. */
function rawCall(port: number, path: string, headers: OutgoingHttpHeaders = {}) {
  const session = connectSession(`http://127.0.0.1:${port}`);
  cleanups.push(() => session.destroy());
  const stream = session.request({
    ':method': 'POST',
    ':path': path,
    'content-type': 'application/grpc',
    te: 'trailers',
    ...headers,
  });
  stream.on('error', () => {});
  return { session, stream };
}

const frameOf = (length: number, fill = 0): FlightFrame =>
  encodeFlightData({ message: { header: Buffer.from('head'), body: Buffer.alloc(length, fill) } });

async function collect<T>(source: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of source) all.push(item);
  return all;
}

async function failureOf(promise: Promise<unknown>): Promise<GizmoError> {
  const reason: unknown = await promise.then(
    () => expect.unreachable('should have failed'),
    (error: unknown) => error,
  );
  if (!(reason instanceof GizmoError)) throw reason;
  return reason;
}

/** A promise and its settle function, to wait for what a handler sees. */
function deferred<T>() {
  let resolve!: (value: T) => void;
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

type GetCall = ServerWritableStream<Received<Ticket>, FlightFrame>;

describe('a stream of messages', () => {
  it('arrives whole and in order, each body aligned to 8 bytes', async () => {
    const { client } = await serve({
      doGet: async (call) => {
        const writer = createWriter(call);
        for (let i = 0; i < 40; i++) await writer.write(frameOf(i * 10_000 + 8, i));
        call.end();
      },
    });
    const messages = await collect(readMessages(doGet(client)));
    expect(messages.map(({ body }) => [body.length, body[0]])).toEqual(
      Array.from({ length: 40 }, (_, i) => [i * 10_000 + 8, i]),
    );
    expect(messages.filter(({ body }) => body.byteOffset % 8 !== 0)).toEqual([]);
  });

  it('delivers what came before an error, then the error', async () => {
    const { client } = await serve({
      doGet: async (call) => {
        const writer = createWriter(call);
        await writer.write(frameOf(8));
        await writer.write(frameOf(8));
        call.emit('error', toStatus(new GizmoError('STATEMENT_FAILED', 'Division by zero', { position: 7 })));
      },
    });
    const seen: number[] = [];
    const error = await failureOf(
      (async () => {
        for await (const { body } of readMessages(doGet(client))) seen.push(body.length);
      })(),
    );
    expect(seen).toEqual([8, 8]);
    expect(error).toMatchObject({ code: 'STATEMENT_FAILED', message: 'Division by zero', position: 7 });
  });

  it('keeps one message on a server whose peer does not read', async () => {
    const started = deferred<GetCall>();
    let written = 0;
    const outcome = deferred<GizmoError>();
    const { port } = await serve({
      doGet: async (call) => {
        started.resolve(call);
        const writer = createWriter(call, signalOfCall(call));
        try {
          for (;;) {
            await writer.write(frameOf(MIB));
            written++;
          }
        } catch (error) {
          outcome.resolve(fromStatus(error));
        }
      },
    });
    const { stream } = rawCall(port, flightService.doGet.path);
    stream.end(Buffer.alloc(5));
    const call = await started.promise;
    await once(stream, 'response');
    expect(call.writableLength).toBeLessThanOrEqual(1);
    expect(written).toBe(0);
    stream.close(constants.NGHTTP2_CANCEL);
    expect(await outcome.promise).toMatchObject({ code: 'CANCELLED' });
    expect(call.listenerCount('cancelled')).toBeLessThanOrEqual(2);
  });

  it('ends on the server when the client leaves the loop', async () => {
    const outcome = deferred<GizmoError>();
    const { client } = await serve({
      doGet: async (call) => {
        const writer = createWriter(call, signalOfCall(call));
        try {
          for (;;) await writer.write(frameOf(1000));
        } catch (error) {
          outcome.resolve(fromStatus(error));
        }
      },
    });
    for await (const _ of readMessages(doGet(client))) break;
    expect(await outcome.promise).toMatchObject({ code: 'CANCELLED' });
  });

  it('ends with the reason of the signal on the side that aborts', async () => {
    const { client } = await serve({
      doGet: async (call) => {
        await createWriter(call).write(frameOf(8));
      },
    });
    const controller = new AbortController();
    const iterator = readMessages(doGet(client), controller.signal);
    await iterator.next();
    const waiting = iterator.next();
    controller.abort(new GizmoError('DEADLINE_EXCEEDED', 'Too slow.'));
    expect(await failureOf(waiting)).toMatchObject({ code: 'DEADLINE_EXCEEDED', message: 'Too slow.' });
    expect(await failureOf(readMessages(doGet(client), controller.signal).next())).toMatchObject({
      code: 'DEADLINE_EXCEEDED',
    });
  });

  it('does not wait for ever on a message larger than may be sent', async () => {
    const outcome = deferred<GizmoError>();
    const { client } = await serve(
      {
        doGet: async (call) => {
          try {
            await createWriter(call).write(frameOf(4096));
          } catch (error) {
            outcome.resolve(fromStatus(error));
          }
        },
      },
      { 'grpc.max_send_message_length': 1024 },
    );
    expect(await failureOf(collect(readMessages(doGet(client))))).toMatchObject({
      code: 'RESOURCE_EXHAUSTED',
    });
    expect(await outcome.promise).toMatchObject({ code: 'CANCELLED' });
  });

  it('ends on both sides when the server is killed', async () => {
    const outcome = deferred<GizmoError>();
    const { client, server } = await serve({
      doGet: async (call) => {
        const writer = createWriter(call, signalOfCall(call));
        try {
          for (;;) await writer.write(frameOf(100_000));
        } catch (error) {
          outcome.resolve(fromStatus(error));
        }
      },
    });
    const iterator = readMessages(doGet(client));
    await iterator.next();
    server.forceShutdown();
    expect((await failureOf(collect(iterator))).code).toMatch(/CANCELLED|UNAVAILABLE/);
    expect((await outcome.promise).code).toBe('CANCELLED');
  });

  it("passes the client's deadline on as DEADLINE_EXCEEDED", async () => {
    const outcome = deferred<GizmoError>();
    const { client } = await serve({
      doGet: (call) => {
        const signal = signalOfCall(call);
        signal.addEventListener('abort', () => outcome.resolve(fromStatus(signal.reason)));
      },
    });
    const { path, requestSerialize, responseDeserialize } = flightService.doGet;
    const call = client.makeServerStreamRequest(
      path,
      requestSerialize,
      responseDeserialize,
      create(TicketSchema),
      {
        deadline: Date.now() + 50,
      },
    );
    expect(await failureOf(collect(readMessages(call)))).toMatchObject({ code: 'DEADLINE_EXCEEDED' });
    expect(await outcome.promise).toMatchObject({ code: 'DEADLINE_EXCEEDED' });
  });

  it('fails with UNAVAILABLE where nobody listens', async () => {
    const { client, server } = await serve({});
    server.forceShutdown();
    expect(await failureOf(collect(readMessages(doGet(client))))).toMatchObject({ code: 'UNAVAILABLE' });
  });
});

describe('an upload', () => {
  it('reads one message ahead of its reader, not sixteen', async () => {
    const halfway = deferred<number>();
    const resume = deferred<void>();
    const { client } = await serve({
      doPut: async (call) => {
        const bodies: number[] = [];
        for await (const { body } of readMessages(call)) {
          bodies.push(body.length);
          if (bodies.length === 1) {
            await resume.promise;
            halfway.resolve(call.readableLength);
          }
        }
        call.write(create(PutResultSchema, { appMetadata: Buffer.from(String(bodies.length)) }));
        call.end();
      },
    });
    const call = doPut(client);
    const results = collect(readMessages(call));
    const writer = createWriter(call);
    for (let i = 0; i < 30; i++) {
      await writer.write(frameOf(1000));
      if (i === 10) resume.resolve();
    }
    call.end();
    expect(await halfway.promise).toBeLessThanOrEqual(1);
    expect((await results).map(({ appMetadata }) => Buffer.from(appMetadata).toString())).toEqual(['30']);
  });

  it('is answered after its first message, though the client has not finished sending', async () => {
    const { client } = await serve({
      doPut: async (call) => {
        for await (const { descriptor } of readMessages(call)) {
          call.write(create(PutResultSchema, { appMetadata: descriptor?.cmd ?? new Uint8Array() }));
          break;
        }
        call.end();
      },
    });
    const call = doPut(client);
    const results = collect(readMessages(call));
    await createWriter(call).write(encodeFlightData({ descriptor: { cmd: Buffer.from('x') } }));
    expect((await results).map(({ appMetadata }) => Buffer.from(appMetadata).toString())).toEqual(['x']);
  });

  it('is CANCELLED for the server when the connection breaks before its last message', async () => {
    const first = deferred<void>();
    const outcome = deferred<GizmoError>();
    const { port } = await serve({
      doPut: async (call) => {
        try {
          for await (const _ of readMessages(call)) first.resolve();
        } catch (error) {
          outcome.resolve(fromStatus(error));
        }
      },
    });
    const { session, stream } = rawCall(port, flightService.doPut.path);
    stream.write(Buffer.alloc(5));
    await first.promise;
    session.destroy();
    expect(await outcome.promise).toMatchObject({ code: 'CANCELLED' });
  });

  it("aborts the call's signal when a Node client cancels, which ends the upload properly first", async () => {
    const first = deferred<void>();
    const outcome = deferred<GizmoError>();
    const { client } = await serve({
      doPut: async (call) => {
        const signal = signalOfCall(call);
        signal.addEventListener('abort', () => outcome.resolve(fromStatus(signal.reason)));
        try {
          for await (const _ of readMessages(call, signal)) first.resolve();
        } catch (error) {
          outcome.resolve(fromStatus(error));
        }
      },
    });
    const call = doPut(client);
    const results = collect(readMessages(call));
    await createWriter(call).write(frameOf(8));
    await first.promise;
    call.cancel();
    expect(await failureOf(results)).toMatchObject({ code: 'CANCELLED' });
    expect(await outcome.promise).toMatchObject({ code: 'CANCELLED' });
  });

  it('stops the writer with the status when the server refuses it', async () => {
    const { client } = await serve({
      doPut: (call) => {
        call.emit('error', toStatus(new GizmoError('PERMISSION_DENIED', 'You may not load data here.')));
      },
    });
    const call = doPut(client);
    const results = collect(readMessages(call));
    const writer = createWriter(call);
    expect(
      await failureOf(
        (async () => {
          for (;;) await writer.write(frameOf(100_000));
        })(),
      ),
    ).toMatchObject({ code: 'PERMISSION_DENIED' });
    expect(await failureOf(results)).toMatchObject({ message: 'You may not load data here.' });
  });
});

describe('a malformed request', () => {
  const garbage = Buffer.from([0x0a, 0xff, 0xff, 0xff]);

  it('is INVALID_ARGUMENT for a unary call', async () => {
    const { client } = await serve({
      getFlightInfo: (call, callback) => {
        try {
          requireMessage<FlightDescriptor>(call.request);
          callback(null);
        } catch (error) {
          callback(toStatus(error));
        }
      },
    });
    const error = fromStatus(await unary(client, garbage).catch((reason: unknown) => reason));
    expect(error).toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: 'The FlightDescriptor message is malformed.',
    });
    expect(await unary(client, Buffer.alloc(0)).catch(() => 'failed')).toBe('failed');
  });

  it('is INVALID_ARGUMENT for a stream, and the server lives', async () => {
    const { client } = await serve({
      doPut: async (call) => {
        try {
          await collect(readMessages(call));
          call.end();
        } catch (error) {
          call.emit('error', toStatus(error));
        }
      },
    });
    const { path, responseDeserialize } = flightService.doPut;
    const call = client.makeBidiStreamRequest(path, (raw: Buffer) => raw, responseDeserialize);
    const results = collect(readMessages(call));
    await createWriter(call).write(garbage);
    expect(await failureOf(results)).toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: 'The FlightData message is malformed.',
    });
    const good = doPut(client);
    const goodResults = collect(readMessages(good));
    good.end();
    expect(await goodResults).toEqual([]);
  });

  it('is INTERNAL on the client when the server answers garbage', async () => {
    const { client } = await serve({
      doGet: (call) => {
        call.write(frameOf(8));
        call.end();
      },
    });
    const { path, requestSerialize } = flightService.doGet;
    const call = client.makeServerStreamRequest(
      path,
      requestSerialize,
      (bytes) => flightService.doGet.responseDeserialize(bytes.subarray(1)),
      create(TicketSchema),
    );
    expect(await failureOf(collect(readMessages(call)))).toMatchObject({ code: 'INTERNAL' });
  });
});

describe('a server', () => {
  const framed = (flag: number, length: number, content: Uint8Array) => {
    const head = Buffer.from([flag, 0, 0, 0, 0]);
    head.writeUInt32BE(length, 1);
    return Buffer.concat([head, content]);
  };

  it.each([
    [
      'a message said to be compressed that is not',
      framed(1, 4, Buffer.from('nope')),
      { 'grpc-encoding': 'gzip' },
    ],
    ['a cut gzip message', framed(1, 6, gzipSync('x').subarray(0, 6)), { 'grpc-encoding': 'gzip' }],
    ['an encoding nobody knows', framed(1, 1, Buffer.from('x')), { 'grpc-encoding': 'magic' }],
    ['a compression flag of 255', framed(255, 1, Buffer.from('x')), {}],
    ['a message shorter than it says', framed(0, 1000, Buffer.from('x')), {}],
    ['half of a frame', Buffer.from([0, 0]), {}],
    [
      'two requests where one is due',
      Buffer.concat([framed(0, 0, Buffer.alloc(0)), framed(0, 0, Buffer.alloc(0))]),
      {},
    ],
    ['a timeout that is none', framed(0, 0, Buffer.alloc(0)), { 'grpc-timeout': 'soon' }],
  ])('survives %s', async (_, bytes, headers) => {
    const { client, port } = await serve({
      doGet: async (call) => {
        try {
          requireMessage(call.request);
          call.end();
        } catch (error) {
          call.emit('error', toStatus(error));
        }
      },
      doPut: async (call) => {
        try {
          await collect(readMessages(call));
          call.end();
        } catch (error) {
          call.emit('error', toStatus(error));
        }
      },
    });
    for (const { path } of [flightService.doGet, flightService.doPut]) {
      const { stream } = rawCall(port, path, headers);
      const over = once(stream, 'close');
      stream.resume();
      stream.end(bytes);
      await over;
    }
    expect(await collect(readMessages(doGet(client)))).toEqual([]);
  });
});

describe('a status', () => {
  const roundTrip = async (error: unknown): Promise<GizmoError> => {
    const { client } = await serve({ getFlightInfo: (_, callback) => callback(toStatus(error)) });
    return fromStatus(
      await unary(client, Buffer.from(create(FlightDescriptorSchema).cmd)).catch((reason: unknown) => reason),
    );
  };

  it('survives a lone surrogate, which would end a grpc-js server', async () => {
    expect((await roundTrip(new GizmoError('NOT_FOUND', 'no table \ud800'))).message).toBe('no table \ufffd');
  });

  it('carries 100,000 characters as 2 KiB', async () => {
    const { message } = await roundTrip(new GizmoError('INVALID_ARGUMENT', 'ü'.repeat(100_000)));
    expect(Buffer.byteLength(message)).toBeLessThanOrEqual(2048);
    expect(message).toMatch(/^ü+…$/);
  });

  it('says nothing about a defect', async () => {
    const error = await roundTrip(new TypeError('secret of /etc'));
    expect(error.code).toBe('INTERNAL');
    expect(error.message).not.toContain('secret');
  });

  it('reaches the metadata of any grpc client', async () => {
    const { client } = await serve({
      getFlightInfo: (_, callback) => callback(toStatus(new GizmoError('USAGE', 'x', { position: 3 }))),
    });
    const reason = await unary(client, Buffer.alloc(0)).catch(
      (caught: { code: number; metadata: Metadata }) => caught,
    );
    expect(reason).toMatchObject({ code: 3 });
    expect(fromStatus(reason)).toMatchObject({ code: 'USAGE', position: 3 });
  });
});

describe('linked with shutdown', () => {
  it('a writer that waits fails with the reason of the shutdown', async () => {
    const shutdown = new AbortController();
    const outcome = deferred<GizmoError>();
    const started = deferred<void>();
    const { port } = await serve({
      doGet: async (call) => {
        const { signal, dispose } = linkSignals([signalOfCall(call), shutdown.signal]);
        const writer = createWriter(call, signal);
        try {
          started.resolve();
          for (;;) await writer.write(frameOf(MIB));
        } catch (error) {
          outcome.resolve(fromStatus(error));
          call.emit('error', toStatus(error));
        } finally {
          dispose();
        }
      },
    });
    const { stream } = rawCall(port, flightService.doGet.path);
    stream.end(Buffer.alloc(5));
    await started.promise;
    shutdown.abort(new GizmoError('UNAVAILABLE', 'The server is shutting down.'));
    expect(await outcome.promise).toMatchObject({
      code: 'UNAVAILABLE',
      message: 'The server is shutting down.',
    });
  });
});
