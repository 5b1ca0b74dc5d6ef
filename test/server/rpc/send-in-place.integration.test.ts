import { once } from 'node:events';
import { create } from '@bufbuild/protobuf';
import {
  Client,
  credentials,
  Server,
  ServerCredentials,
  ServerInterceptingCall,
  type ServerWritableStream,
} from '@grpc/grpc-js';
import { afterEach, expect, it } from 'vitest';
import {
  encodeFlightData,
  type FlightDataMessage,
  type FlightFrame,
  FlightFrames,
} from '../../../src/flight/flight-data.js';
import { type Ticket, TicketSchema } from '../../../src/flight/gen/flight_pb.js';
import { flightService, type Received } from '../../../src/flight/service.js';
import { createWriter } from '../../../src/flight/stream.js';
import { isSent, sendInPlace, sendsTogether } from '../../../src/server/rpc/send-in-place.js';

const HEADROOM = 128;
const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const cleanup of cleanups.splice(0).reverse()) cleanup();
});

type GetCall = ServerWritableStream<Received<Ticket>, FlightFrame>;

async function read(doGet: (call: GetCall) => Promise<void>) {
  const server = new Server({
    interceptors: [
      (_method, call) => {
        sendInPlace(call);
        return new ServerInterceptingCall(call);
      },
    ],
  });
  server.addService(flightService, { doGet: (call: GetCall) => void doGet(call) });
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    ),
  );
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
  cleanups.push(
    () => server.forceShutdown(),
    () => client.close(),
  );
  const { path, requestSerialize, responseDeserialize } = flightService.doGet;
  return client.makeServerStreamRequest(path, requestSerialize, responseDeserialize, create(TicketSchema));
}

function makeBatch(memory: ArrayBuffer, fill: number) {
  const body = new Uint8Array(memory, HEADROOM).fill(fill);
  return encodeFlightData({ message: { header: new Uint8Array(8).fill(fill), body, headroom: HEADROOM } });
}

it('sends batches from where they lie, whose memory can then be filled again', async () => {
  const memory = new ArrayBuffer(HEADROOM + 300_000);
  const call = await read(async (grpcCall) => {
    const { write } = createWriter(grpcCall);
    await write(
      encodeFlightData({ message: { header: new Uint8Array(8).fill(9), body: new Uint8Array(16) } }),
    );
    for (const fill of [1, 2, 3]) {
      const frame = makeBatch(memory, fill);
      await write(frame);
      expect(new DataView(memory).getUint8(HEADROOM - 1)).not.toBe(0); // The frame stands before the body.
      expect(isSent(frame)).toBe(true);
    }
    grpcCall.end();
  });
  const got: FlightDataMessage[] = [];
  call.on('data', (message: FlightDataMessage) => got.push(message));
  await once(call, 'end');
  expect(got.map(({ header, body }) => [header[0], body.length])).toEqual([
    [9, 16],
    [1, 300_000],
    [2, 300_000],
    [3, 300_000],
  ]);
  expect(got.slice(1).every(({ header, body }) => body.every((byte) => byte === header[0]))).toBe(true);
});

it('keeps the memory of a batch whose stream was reset while it was being sent', async () => {
  const frames: FlightFrame[] = [];
  let over = (): void => {};
  const ended = new Promise<void>((resolve) => {
    over = resolve;
  });
  const call = await read(async (grpcCall) => {
    // More than all windows and socket buffers hold: the write waits for a reader that never reads.
    const frame = makeBatch(new ArrayBuffer(HEADROOM + 64 * 1024 * 1024), 1);
    grpcCall.once('cancelled', over);
    grpcCall.write(frame);
    frames.push(frame);
    call.cancel();
  });
  call.on('error', () => {});
  await ended;
  expect(frames.map(isSent)).toEqual([false]);
});

it('sends several messages in one piece, and they come as what they are', async () => {
  const call = await read(async (get) => {
    const frames = [1, 2, 3].map((fill) => makeBatch(new ArrayBuffer(HEADROOM + fill), fill));
    await createWriter(get).write(
      new FlightFrames([...frames, encodeFlightData({ appMetadata: Buffer.from('end') })]),
    );
    get.end();
  });
  const received: FlightDataMessage[] = [];
  for await (const message of call) received.push(message);
  expect(sendsTogether()).toBe(true);
  expect(received.map(({ body }) => [...body])).toEqual([[1], [2, 2], [3, 3, 3], []]);
  expect(Buffer.from(received[3]?.appMetadata ?? []).toString()).toBe('end');
});
