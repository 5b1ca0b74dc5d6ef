/** Attacks on logins, against a whole server: guessing, floods, tokens of another server. */
import { status } from '@grpc/grpc-js';
import { afterEach, describe, expect, it } from 'vitest';
import type { RawServerSettings } from '../../../src/server/config/parse-config.js';
import type { RunningServer } from '../../../src/server/running-server.js';
import { basic, connectRaw, logIn, type RawClient } from '../../support/raw-client.js';
import { startTestServer } from '../../support/start-test-server.js';

const KEY = { 'secret-key': 'a key that two servers share' };
const servers: RunningServer[] = [];
const clients: RawClient[] = [];
afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  for (const server of servers.splice(0)) await server.stop();
});

async function start(settings: RawServerSettings = {}): Promise<RunningServer> {
  const server = await startTestServer(settings);
  servers.push(server);
  return server;
}
const connect = (server: RunningServer, authorization: string) => {
  const client = connectRaw(server.address.port, { authorization });
  clients.push(client);
  return client;
};
const unauthenticated = { code: status.UNAUTHENTICATED };

describe('guessing passwords', () => {
  it('is slowed and never locks out, and neither sessions nor tokens wait', async () => {
    const server = await start();
    const admin = await logIn(server.address.port);
    clients.push(admin);
    await admin.update("CREATE USER eve PASSWORD 'open sesame 1'");
    const [[token]] = (await admin.rows('CREATE TOKEN FOR eve')) as [[string]];
    const session = connect(
      server,
      String(
        (await connect(server, basic('eve', 'open sesame 1')).handshake({})).headers?.get('authorization')[0],
      ),
    );
    const guesses = Array.from({ length: 8 }, (_, i) =>
      connect(server, basic('eve', `guess ${i}`)).query('select 1'),
    );
    for (const guess of await Promise.allSettled(guesses))
      expect(guess).toMatchObject({ status: 'rejected', reason: unauthenticated });
    // The next one waits, right or wrong; what is no password passes it.
    const order: string[] = [];
    const right = connect(server, basic('eve', 'open sesame 1'))
      .rows('select 1')
      .then(() => order.push('password'));
    await session.rows('select 1').then(() => order.push('session'));
    await connect(server, `Bearer ${token}`)
      .rows('select 1')
      .then(() => order.push('token'));
    await right;
    expect(order).toEqual(['session', 'token', 'password']);
  });

  it('does not keep others from running statements', async () => {
    const server = await start();
    const admin = await logIn(server.address.port);
    clients.push(admin);
    const guesses = Array.from({ length: 12 }, (_, i) =>
      connect(server, basic(`nobody ${i}`, 'guess')).query('select 1'),
    );
    let checked = 0;
    for (const guess of guesses)
      guess.catch(() => {
        checked++;
      });
    expect(await admin.rows('select 42')).toEqual([[42]]);
    expect(checked).toBeLessThan(12);
    for (const outcome of await Promise.allSettled(guesses)) expect(outcome.status).toBe('rejected');
  });
});

describe('a session token of another server with the same key', () => {
  it('of the configured administrator is good, in a session of its own', async () => {
    const [one, other] = [await start(KEY), await start(KEY)];
    const { headers } = await connect(one, basic()).handshake({});
    const bearer = String(headers?.get('authorization')[0]);
    await connect(one, bearer).update('create temp table here (i integer)');
    const there = connect(other, bearer);
    expect(await there.rows('select 1')).toEqual([[1]]);
    await expect(there.rows('from here')).rejects.toMatchObject({ code: status.NOT_FOUND });
  });

  it('of a user that only the other knows is refused, also where there is one of that name', async () => {
    const [one, other] = [await start(KEY), await start(KEY)];
    await connect(one, basic()).update("CREATE USER alice PASSWORD 'open sesame 1'");
    await connect(other, basic()).update("CREATE USER alice PASSWORD 'open sesame 1'");
    const { headers } = await connect(one, basic('alice', 'open sesame 1')).handshake({});
    const bearer = String(headers?.get('authorization')[0]);
    await connect(one, bearer).rows('select 1');
    await expect(connect(other, bearer).rows('select 1')).rejects.toMatchObject(unauthenticated);
  });
});
