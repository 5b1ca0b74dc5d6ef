/** Users and API tokens by SQL, over real gRPC: what each statement does, who may, and what it does to who is there. */
import { status } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeCommand } from '../../../../src/flight/sql/command.js';
import type { RunningServer } from '../../../../src/server/running-server.js';
import { basic, connectRaw, type RawClient } from '../../../support/raw-client.js';
import { startTestServer, USER } from '../../../support/start-test-server.js';

let server: RunningServer;
let admin: RawClient;
const clients: RawClient[] = [];

beforeAll(async () => {
  server = await startTestServer();
  admin = connect(basic());
});
afterAll(async () => {
  for (const client of clients) client.close();
  await server.stop();
});

/** A connection of its own. */
function connect(authorization: string): RawClient {
  const client = connectRaw(server.address.port, { authorization });
  clients.push(client);
  return client;
}

/** By handshake: the session token that comes back is what goes with every call. */
async function logIn(name: string, password: string): Promise<RawClient> {
  const { headers } = await connect(basic(name, password)).handshake({});
  return connect(String(headers?.get('authorization')[0]));
}

async function createToken(
  sql: string,
): Promise<{ token: string; id: string; role: string; expires: unknown }> {
  const [[token, id, , role, expires] = []] = await admin.rows(sql);
  return { token: String(token), id: String(id), role: String(role), expires };
}

const GRANTS_OF_GONE = "from gizmo_grants() where grantee = 'gone'";

const refused = (words: RegExp) => ({ code: status.UNAUTHENTICATED, details: expect.stringMatching(words) });

describe('users', () => {
  it('are created, log in by handshake and by header, and have their role', async () => {
    await admin.update("CREATE USER alice PASSWORD 'open sesame 1' ROLE user");
    const alice = await logIn('alice', 'open sesame 1');
    expect(await alice.rows('select user_name, role from gizmo_users()')).toEqual([['alice', 'user']]);
    await alice.update('create table made_by_alice (i integer)');
    const direct = connect(basic('alice', 'open sesame 1'));
    expect(await direct.rows('select 42')).toEqual([[42]]);
    await admin.update("create user bob password 'open sesame 2'");
    const bob = await logIn('bob', 'open sesame 2');
    await expect(bob.update('create table t (i integer)')).rejects.toMatchObject({
      code: status.PERMISSION_DENIED,
    });
  });

  it.each([
    ["CREATE USER Alice PASSWORD 'open sesame 1'", status.ALREADY_EXISTS, /a user "alice" already/],
    ["CREATE USER x PASSWORD 'short'", status.INVALID_ARGUMENT, /8 to 1024 characters/],
    ["CREATE USER token PASSWORD 'open sesame'", status.INVALID_ARGUMENT, /reserved/],
    ['CREATE USER "a:b" PASSWORD \'open sesame\'', status.INVALID_ARGUMENT, /reserved, has a ':'/],
    ['CREATE USER "alice\u200b" PASSWORD \'open sesame\'', status.INVALID_ARGUMENT, /do not show/],
    ['CREATE USER "\u202eecila" PASSWORD \'open sesame\'', status.INVALID_ARGUMENT, /do not show/],
    [`CREATE USER ${USER.toUpperCase()} PASSWORD 'open sesame'`, status.FAILED_PRECONDITION, /configuration/],
    [
      "CREATE USER x PASSWORD 'open sesame' ROLE root",
      status.INVALID_ARGUMENT,
      /one of admin, user, readonly/,
    ],
    ['CREATE USER', status.INVALID_ARGUMENT, /Usage: CREATE USER/],
    ['ALTER USER alice', status.INVALID_ARGUMENT, /PASSWORD, ROLE, SUSPEND or ACTIVATE is expected/],
    ['ALTER USER nobody ROLE user', status.NOT_FOUND, /no user "nobody"/],
    ["ALTER USER nobody PASSWORD 'open sesame'", status.NOT_FOUND, /no user "nobody"/],
    [`DROP USER ${USER}x`, status.NOT_FOUND, /no user/],
    [
      `ALTER USER ${USER} ROLE user`,
      status.FAILED_PRECONDITION,
      /administrator of the server's configuration/,
    ],
    ['DROP USER nobody', status.NOT_FOUND, /no user "nobody"/],
    [`ALTER USER ${USER} SUSPEND`, status.FAILED_PRECONDITION, /cannot suspend yourself/],
    ['CREATE TOKEN FOR nobody', status.NOT_FOUND, /no user "nobody"/],
    ['CREATE TOKEN FOR alice ROLE admin', status.INVALID_ARGUMENT, /has the role user, and a token cannot/],
    ["CREATE TOKEN FOR alice EXPIRES '5 parsecs'", status.INVALID_ARGUMENT, /such as '90 days', or NEVER/],
    ["CREATE TOKEN FOR alice EXPIRES '0 days'", status.INVALID_ARGUMENT, /or NEVER/],
    ["REVOKE TOKEN 'abc'", status.INVALID_ARGUMENT, /no id of a token/],
    ['REVOKE TOKEN abcdef012345', status.NOT_FOUND, /no token "abcdef012345"/],
  ])('refuses %s', async (sql, code, words) => {
    const error = { code, details: expect.stringMatching(words) };
    await expect(admin.update(sql)).rejects.toMatchObject(error);
    await expect(admin.query(sql)).rejects.toMatchObject(error);
  });

  it('may exist already, or be gone already, where the statement says so', async () => {
    await admin.update("CREATE USER IF NOT EXISTS alice PASSWORD 'another one'");
    await logIn('alice', 'open sesame 1');
    await admin.update('DROP USER IF EXISTS nobody');
  });

  it('come and go through every door, and once', async () => {
    const info = await admin.query('CREATE USER d1');
    expect(await admin.get(info.endpoint[0]?.ticket?.ticket ?? new Uint8Array())).toEqual([]);
    const handle = await admin.prepare('CREATE USER d2');
    await admin.info(
      encodeCommand({ type: 'CommandPreparedStatementQuery', message: { preparedStatementHandle: handle } }),
    );
    await admin.update('CREATE USER d3; CREATE USER d4; CREATE USER d5');
    expect(
      await admin.rows(
        "select user_name, has_password from gizmo_users() where user_name like 'd_' order by 1",
      ),
    ).toEqual(['d1', 'd2', 'd3', 'd4', 'd5'].map((name) => [name, false]));
  });

  it('cannot log in with a password where they have none', async () => {
    await expect(logIn('d1', 'anything at all')).rejects.toMatchObject(
      refused(/Invalid username or password/),
    );
  });

  it.each([
    'CREATE USER e',
    'ALTER USER bob ROLE admin',
    'ALTER USER bob ACTIVATE',
    'DROP USER alice',
    'CREATE TOKEN FOR bob',
    "REVOKE TOKEN 'abcdef012345'",
    "ALTER USER alice PASSWORD 'open sesame'",
  ])('are not managed by others: %s', async (sql) => {
    const bob = await logIn('bob', 'open sesame 2');
    const error = {
      code: status.PERMISSION_DENIED,
      details: expect.stringMatching(/The role readonly may not/),
    };
    await expect(bob.update(sql)).rejects.toMatchObject(error);
    await expect(bob.query(sql)).rejects.toMatchObject(error);
    await expect(bob.prepare(sql)).rejects.toMatchObject(error);
  });

  it('change their own password, after which the old one and its sessions are good for nothing', async () => {
    const [here, there] = [await logIn('bob', 'open sesame 2'), await logIn('bob', 'open sesame 2')];
    await there.rows('select 1');
    await here.update("ALTER USER bob PASSWORD 'open sesame 3'");
    await expect(here.rows('select 1')).rejects.toMatchObject(refused(/Log in again/));
    await expect(there.rows('select 1')).rejects.toMatchObject(refused(/Log in again/));
    await expect(logIn('bob', 'open sesame 2')).rejects.toMatchObject(refused(/Invalid/));
    await (await logIn('bob', 'open sesame 3')).rows('select 1');
  });

  it('have another role at once, and log in again for it', async () => {
    const before = await logIn('d3', '').catch(() => undefined);
    expect(before).toBeUndefined();
    await admin.update("ALTER USER d3 PASSWORD 'open sesame 3'");
    const d3 = await logIn('d3', 'open sesame 3');
    await d3.rows('select 1');
    await admin.update('ALTER USER d3 ROLE user');
    await expect(d3.rows('select 1')).rejects.toMatchObject(refused(/Log in again/));
    await (await logIn('d3', 'open sesame 3')).update('create temp table t (i integer)');
  });

  it('are gone when they are dropped, with sessions, tokens and grants', async () => {
    await admin.update("CREATE USER gone PASSWORD 'open sesame 4'");
    await admin.update("ATTACH ':memory:' AS granted; GRANT SELECT ON granted TO gone");
    expect(await admin.rows(GRANTS_OF_GONE)).toHaveLength(1);
    const { token } = await createToken('CREATE TOKEN FOR gone');
    const [session, program] = [await logIn('gone', 'open sesame 4'), connect(`Bearer ${token}`)];
    await session.rows('select 1');
    await program.rows('select 1');
    await admin.update('DROP USER gone');
    await expect(session.rows('select 1')).rejects.toMatchObject(refused(/Log in again/));
    await expect(program.rows('select 1')).rejects.toMatchObject(refused(/revoked, or never issued/));
    expect(await admin.rows("from gizmo_tokens() where user_name = 'gone'")).toEqual([]);
    expect(await admin.rows(GRANTS_OF_GONE)).toEqual([]);
    // Another one of that name is another one.
    await admin.update("CREATE USER gone PASSWORD 'open sesame 4'");
    await expect(session.rows('select 1')).rejects.toMatchObject(refused(/Log in again/));
  });

  it('are no part of a transaction', async () => {
    const client = await logIn(USER, 'open sesame');
    await client.update('begin');
    await expect(client.update('CREATE USER t1')).rejects.toMatchObject({
      code: status.FAILED_PRECONDITION,
      details: expect.stringMatching(/a ROLLBACK could not undo/),
    });
    await client.update('rollback');
    await client.update('CREATE USER t1');
  });
});

describe('suspension', () => {
  beforeAll(() => admin.update("CREATE USER carol PASSWORD 'open sesame 5' ROLE user"));

  it('ends sessions, tokens and what runs, and is over when it is taken back', async () => {
    const { token } = await createToken('CREATE TOKEN FOR carol');
    const session = await logIn('carol', 'open sesame 5');
    const program = connect(`Bearer ${token}`);
    await program.rows('select 1');
    await session.rows('select 1');
    const running = session.rows('select count(*) from range(1000000) a, range(1000000) b');
    const failed = expect(running).rejects.toMatchObject(refused(/User 'carol' is suspended/));
    await until(
      async () =>
        (await admin.rows("from gizmo_sessions() where user_name = 'carol' and state = 'active'")).length > 0,
    );
    await admin.update('ALTER USER CAROL SUSPEND');
    await failed;
    for (const client of [session, program, connect(basic('carol', 'open sesame 5'))])
      await expect(client.rows('select 1')).rejects.toMatchObject(refused(/User 'carol' is suspended/));
    await expect(logIn('carol', 'open sesame 5')).rejects.toMatchObject(refused(/suspended/));
    // Who does not know the password is not told.
    await expect(logIn('carol', 'not that one')).rejects.toMatchObject(refused(/Invalid username/));
    await expect(admin.update('CREATE TOKEN FOR carol')).rejects.toMatchObject({
      code: status.FAILED_PRECONDITION,
    });
    await admin.update('ALTER USER carol ACTIVATE');
    await expect(session.rows('select 1')).rejects.toMatchObject(refused(/This session has ended/));
    await program.rows('select 1');
    await (await logIn('carol', 'open sesame 5')).rows('select 1');
  });

  it('is of names, whether or not there is a user', async () => {
    await admin.update('ALTER USER "dave@example.com" SUSPEND');
    expect(
      await admin.rows(
        'select user_name, role, is_suspended, suspended_at is not null from gizmo_users() where role is null',
      ),
    ).toEqual([['dave@example.com', null, true, true]]);
    await expect(admin.update('CREATE USER "Dave@Example.com"')).rejects.toMatchObject({
      code: status.FAILED_PRECONDITION,
      details: expect.stringMatching(/ACTIVATE it first/),
    });
  });

  it('lets nobody through who is logging in meanwhile', async () => {
    for (let round = 0; round < 5; round++) {
      await admin.update('ALTER USER carol ACTIVATE');
      const client = await logIn('carol', 'open sesame 5');
      const [, ...calls] = await Promise.allSettled([
        admin.update('ALTER USER carol SUSPEND'),
        ...Array.from({ length: 8 }, () => client.rows('select count(*) from range(3000000)')),
      ]);
      for (const call of calls)
        if (call.status === 'rejected') expect(call.reason).toMatchObject({ code: status.UNAUTHENTICATED });
      expect(await admin.rows("from gizmo_sessions() where user_name = 'carol'")).toEqual([]);
      await expect(client.rows('select 1')).rejects.toMatchObject(refused(/suspended/));
    }
    await admin.update('ALTER USER carol ACTIVATE');
  });
});

describe('API tokens', () => {
  it('are bearers, and passwords of the user token', async () => {
    const { token, id, role, expires } = await createToken('CREATE TOKEN FOR alice');
    expect(token).toMatch(/^gzm_[0-9a-f]{12}_[\w-]{43}$/);
    expect(token).toContain(id);
    expect(role).toBe('user');
    const days = (Number(expires) / 1000 - Date.now()) / 86_400_000;
    expect(days).toBeGreaterThan(89);
    expect(days).toBeLessThanOrEqual(90.01);
    for (const authorization of [`Bearer ${token}`, basic('token', token)]) {
      expect(await connect(authorization).rows('select user_name from gizmo_users()')).toEqual([['alice']]);
    }
    const session = await logIn('token', token);
    expect(await session.rows('select user_name from gizmo_tokens() limit 1')).toEqual([['alice']]);
  });

  it('never end only where that is typed', async () => {
    expect((await createToken('CREATE TOKEN FOR alice EXPIRES NEVER')).expires).toBeNull();
  });

  it('have no more than they were given, and no more than their owner', async () => {
    await admin.update("CREATE USER erin PASSWORD 'open sesame 6' ROLE admin");
    const { token } = await createToken('CREATE TOKEN FOR erin ROLE user');
    await expect(connect(`Bearer ${token}`).update('CREATE USER x1')).rejects.toMatchObject({
      code: status.PERMISSION_DENIED,
    });
    await connect(`Bearer ${token}`).update('create temp table t (i integer)');
    const own = connect(`Bearer ${token}`);
    await expect(own.update("ALTER USER erin PASSWORD 'of the thief'")).rejects.toMatchObject({
      code: status.PERMISSION_DENIED,
    });
    await admin.update('ALTER USER erin ROLE readonly');
    await expect(connect(`Bearer ${token}`).update('create table t9 (i integer)')).rejects.toMatchObject({
      code: status.PERMISSION_DENIED,
    });
  });

  it('are revoked by id or by the token, also where a session was opened with them', async () => {
    for (const by of ['id', 'token'] as const) {
      const made = await createToken('CREATE TOKEN FOR alice ROLE readonly');
      const [program, session] = [connect(`Bearer ${made.token}`), await logIn('token', made.token)];
      await program.rows('select 1');
      await session.rows('select 1');
      await admin.update(`REVOKE TOKEN '${made[by]}'`);
      for (const client of [program, session])
        await expect(client.rows('select 1')).rejects.toMatchObject(refused(/revoked/));
    }
  });

  it.each([
    ['nothing but the prefix', () => 'gzm_'],
    ['one that was never issued', (token: string) => `gzm_000000000000_${token.slice(17)}`],
    ['a part', (token: string) => token.slice(0, -1)],
    ['more than it', (token: string) => `${token}A`],
    ['another secret', (token: string) => `${token.slice(0, -2)}AA`],
    ['another case', (token: string) => token.toUpperCase().replace('GZM_', 'gzm_')],
    ['a huge one', (token: string) => token + 'A'.repeat(30_000)],
  ])('are refused where it is %s', async (_, change) => {
    const { token } = await createToken('CREATE TOKEN FOR alice');
    const wrong = change(token);
    for (const authorization of [`Bearer ${wrong}`, basic('token', wrong)])
      await expect(connect(authorization).rows('select 1')).rejects.toMatchObject({
        code: status.UNAUTHENTICATED,
      });
  });

  it('are listed without what is secret in them', async () => {
    const { token } = await createToken('CREATE TOKEN FOR alice');
    const listed = JSON.stringify(await admin.rows('from gizmo_tokens()'), (_, value) =>
      typeof value === 'bigint' ? String(value) : value,
    );
    expect(listed).toContain(token.slice(4, 16));
    expect(listed).not.toContain(token.slice(17));
  });
});

/** Resolves when it is so; asks again and again, because nobody tells. */
async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo()));
}
