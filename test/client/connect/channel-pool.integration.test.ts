import { afterAll, expect, test } from 'vitest';
import { FlightChannel } from '../../../src/client/connect/channel.js';
import { ChannelPool } from '../../../src/client/connect/channel-pool.js';
import type { ConnectOptions } from '../../../src/client/connect/options.js';
import { makeAuthority, makeIdentity } from '../../support/certificates.js';
import { startFlightOverTls } from '../../support/flight-over-tls.js';

const OPTIONS: ConnectOptions = {
  host: 'db.example.com',
  port: 1,
  tls: {},
  credentials: { kind: 'bearer', token: 't' },
  connectTimeoutMs: 10_000,
};
const home = new FlightChannel(OPTIONS, undefined);
const pool = new ChannelPool(home, OPTIONS);
afterAll(() => pool.close());

test('credentials never leave TLS, whatever the server names', async () => {
  await expect(pool.at(['grpc://db.example.com:1'])).rejects.toMatchObject({ code: 'FAILED_PRECONDITION' });
  await expect(pool.at(['grpc+tcp://other.example.com:1'])).rejects.toMatchObject({
    code: 'FAILED_PRECONDITION',
    message: expect.stringMatching(/without TLS/),
  });
});
test('home is home, by any of its names', async () => {
  for (const uris of [[], [''], ['arrow-flight-reuse-connection://?'], ['grpc+tls://db.example.com:1']])
    expect(await pool.at(uris)).toBe(home);
});

test('nor do they leave this machine in the clear', async () => {
  const options = { ...OPTIONS, host: 'localhost', tls: undefined };
  const local = new ChannelPool(new FlightChannel(options, undefined), options);
  await expect(local.at(['grpc://db.example.com:1'])).rejects.toMatchObject({ code: 'FAILED_PRECONDITION' });
  local.close();
});

test('a server of a part that cannot be verified is named with the cause', async () => {
  const server = await startFlightOverTls(makeIdentity(makeAuthority('a stranger')));
  const elsewhere = `grpc+tls://127.0.0.1:${server.port}`;
  await expect(pool.at([elsewhere])).rejects.toMatchObject({
    code: 'UNAVAILABLE',
    message: expect.stringMatching(/signed by "a stranger", which this machine does not trust/),
  });
  server.close();
});
