/** Headers as no HTTP/2 library sends them: written frame by frame (RFC 9113 §4, RFC 7541 §6.2.2). */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { RunningServer } from '../../../src/server/running-server.js';
import { basic } from '../../support/raw-client.js';
import { startTestServer } from '../../support/start-test-server.js';

const folder = mkdtempSync(join(tmpdir(), 'gizmo-headers-'));
const logFile = join(folder, 'log');
let server: RunningServer;
beforeAll(async () => {
  server = await startTestServer({ 'log-level': 'debug', 'log-file': logFile });
});
afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true });
});

function frame(type: number, flags: number, stream: number, payload: Buffer): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head.writeUInt8(type, 3);
  head.writeUInt8(flags, 4);
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

/** Not indexed and not compressed; texts shorter than 127 bytes. */
function header(name: string, value: string): Buffer {
  const text = (of: string) => Buffer.concat([Buffer.from([of.length]), Buffer.from(of, 'latin1')]);
  return Buffer.concat([Buffer.from([0]), text(name), text(value)]);
}

/** Calls with these authorization headers. */
function call(...credentials: readonly string[]): void {
  const headers = [
    header(':method', 'POST'),
    header(':scheme', 'http'),
    header(':path', '/arrow.flight.protocol.FlightService/ListActions'),
    header(':authority', 'localhost'),
    header('content-type', 'application/grpc'),
    header('te', 'trailers'),
    ...credentials.map((value) => header('authorization', value)),
  ];
  const socket = connect(server.address.port, '127.0.0.1');
  socket.on('error', () => undefined);
  socket.resume();
  socket.write('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
  socket.write(frame(4, 0, 0, Buffer.alloc(0)));
  socket.write(frame(1, 4, 1, Buffer.concat(headers)));
  socket.write(frame(0, 1, 1, Buffer.alloc(5)));
  closing.push(() => socket.destroy());
}

const closing: (() => void)[] = [];
afterAll(() => {
  for (const close of closing) close();
});

const logged = (words: RegExp) => readFileSync(logFile, 'utf8').match(words)?.length ?? 0;

it('a credential is taken as it came', async () => {
  call(basic());
  await expect.poll(() => logged(/call accepted/g)).toBe(1);
});

it('of two credentials neither is passed over', async () => {
  call(basic(), basic('ann', 'something else'));
  await expect.poll(() => logged(/more than one credential/g)).toBe(1);
  call(basic('ann', 'something else'), basic());
  await expect.poll(() => logged(/more than one credential/g)).toBe(2);
});

it.each(['Basic\tYW5uOm9wZW4gc2VzYW1l', 'Basic \xe9'])(
  'one that cannot be read is refused, and not called none',
  async (value) => {
    const before = logged(/must be ..?Basic/g);
    call(value);
    await expect.poll(() => logged(/must be ..?Basic/g)).toBe(before + 1);
    expect(logged(/YW5u/g)).toBe(0);
  },
);
