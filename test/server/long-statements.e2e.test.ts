import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { startGizmoServer } from '../support/gizmo-server.js';
import { basic, connectRaw, ticketOf } from '../support/raw-client.js';

describe('sixteen long statements', () => {
  it('delay neither a small statement nor a login', async () => {
    const server = await startGizmoServer();
    const connect = () => connectRaw(server.port, { authorization: basic(server.user, server.token) });
    const busy = Array.from({ length: 16 }, connect);
    const calls = await Promise.all(
      busy.map(async (client) => {
        const call = client.openGet(ticketOf(await client.query('select count(*) from range(1e12::bigint)')));
        call.on('data', () => undefined);
        call.on('error', () => undefined);
        await once(call, 'metadata');
        return call;
      }),
    );
    // With libuv's pool full, neither of these would come back before the long ones end: hours.
    const client = connect();
    expect((await client.handshake({})).headers?.get('authorization')).toHaveLength(1);
    expect(await client.rows('select 1')).toEqual([[1]]);
    expect(await client.rows('select count(*) from range(100000)')).toEqual([[100_000n]]);
    for (const call of calls) call.cancel();
    for (const each of [...busy, client]) each.close();
    expect(await server.stop()).toBe(0);
  });
});
