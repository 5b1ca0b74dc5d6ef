import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { createConnections } from '../../../src/server/listener/connections.js';

const STRANGERS = 3;
const connections = createConnections(STRANGERS);
const server = createServer((socket) => void connections.accept(socket).open());
const clients: Socket[] = [];
afterEach(() => {
  for (const client of clients) client.destroy();
  server.close();
});

/** A connection from one of the addresses of loopback, which the server has accepted. */
async function open(localAddress: string): Promise<Socket> {
  const { port } = server.address() as AddressInfo;
  const client = connect({ port, host: '127.0.0.1', localAddress });
  clients.push(client);
  client.on('error', () => undefined);
  client.resume();
  await Promise.all([once(client, 'connect'), once(server, 'connection')]);
  return client;
}

it.skipIf(process.platform !== 'linux')(
  'a flood of strangers from one address closes its own connections, and nobody else’s',
  async () => {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const ann = await open('127.0.0.2');
    const flood: Socket[] = [];
    for (let count = 0; count < 2 * STRANGERS; count++) flood.push(await open('127.0.0.1'));
    // Of the flood there is room for as many as are left beside hers.
    const closed = flood.slice(0, -(STRANGERS - 1));
    await Promise.all(closed.map((client) => client.closed || once(client, 'close')));
    expect(ann.closed || ann.readableEnded).toBe(false);
    await expect.poll(() => connections.size).toBe(STRANGERS);
  },
);
