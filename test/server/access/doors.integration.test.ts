/**
 * The access table at the doors: what a login may do does not depend on how it asks, nor on which rule limits it. Each
 * cell is a real call to a real server. What has an effect runs in a transaction that is rolled back. Every statement
 * meets every door; which logins ask at which door goes round.
 */
import { randomBytes } from 'node:crypto';
import { type ServiceError, status } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ACTIONS } from '../../../src/flight/sql/action.js';
import { encodeCommand } from '../../../src/flight/sql/command.js';
import type { Role } from '../../../src/server/model/principal.js';
import type { RunningServer } from '../../../src/server/running-server.js';
import { logInAs } from '../../support/log-in-as.js';
import { logIn, type RawClient, ticketOf } from '../../support/raw-client.js';
import { startTestServer } from '../../support/start-test-server.js';
import { INGESTS, load, METADATA } from './doors-without-text.js';
import { type Case, expected, FIXTURE, STATEMENTS, WITHOUT_OWNER } from './statement-kinds.js';

const query = (sql: string) => encodeCommand({ type: 'CommandStatementQuery', message: { query: sql } });

/** Prepares, asks for the result or runs, and closes. */
async function prepared(
  client: RawClient,
  sql: string,
  use?: (preparedStatementHandle: Uint8Array) => Promise<unknown>,
): Promise<void> {
  const preparedStatementHandle = await client.prepare(sql);
  try {
    await use?.(preparedStatementHandle);
  } finally {
    const { encodeRequest } = ACTIONS.ClosePreparedStatement;
    await client.action('ClosePreparedStatement', encodeRequest({ preparedStatementHandle }));
  }
}

const DOORS: Readonly<Record<string, (client: RawClient, sql: string) => Promise<unknown>>> = {
  statement: (client, sql) => client.rows(sql),
  'statement in one call': (client, sql) => client.get(query(sql)),
  'statement in an exchange': (client, sql) => client.exchange(query(sql)),
  'its schema': (client, sql) => client.schema(query(sql)),
  update: (client, sql) => client.update(sql),
  prepare: (client, sql) => prepared(client, sql),
  'prepared query': (client, sql) =>
    prepared(client, sql, (preparedStatementHandle) =>
      client.info(
        encodeCommand({ type: 'CommandPreparedStatementQuery', message: { preparedStatementHandle } }),
      ),
    ),
  'prepared update': (client, sql) =>
    prepared(client, sql, (preparedStatementHandle) =>
      client.put(
        encodeCommand({ type: 'CommandPreparedStatementUpdate', message: { preparedStatementHandle } }),
      ),
    ),
  'prepared query in an exchange': (client, sql) =>
    prepared(client, sql, (preparedStatementHandle) =>
      client.exchange(
        encodeCommand({ type: 'CommandPreparedStatementQuery', message: { preparedStatementHandle } }),
      ),
    ),
  'update in an exchange': (client, sql) =>
    client.exchange(encodeCommand({ type: 'CommandStatementUpdate', message: { query: sql } })),
  'in the background': async (client, sql) => {
    let answer = await client.poll(query(sql));
    while (answer.flightDescriptor !== undefined) answer = await client.poll(answer.flightDescriptor.cmd);
    return client.get(ticketOf(answer.info ?? expect.fail('no FlightInfo')));
  },
};

/** Who asks, and what limits them. */
interface Login extends Case {
  readonly role: Role;
  readonly hidesB: boolean;
}

const login = (role: 'user' | 'readonly', hidesB: boolean, more: Partial<Case> = {}): Login => ({
  role,
  hidesB,
  claim: undefined,
  level: undefined,
  granted: undefined,
  ...more,
});

/** By what limits them: the roles alone, claims of tokens, grants of the operator, grants of SQL. */
const SERVERS: readonly (readonly [string, readonly Login[]])[] = [
  [
    'roles and claims',
    [
      login('user', false),
      login('readonly', false),
      login('user', true, { claim: 'write' }),
      login('user', false, { claim: 'read' }),
      login('readonly', true, { claim: 'write' }),
      login('user', false, { claim: 'none' }),
    ],
  ],
  [
    '--database-grant',
    [
      login('user', true, { level: 'read-write' }),
      login('user', false, { level: 'read-only' }),
      login('readonly', true, { level: 'read-write' }),
      login('user', false, { level: 'none' }),
    ],
  ],
  [
    'GRANT',
    [
      login('user', true, { granted: ['all'] }),
      login('user', false, { granted: ['select', 'insert'] }),
      login('user', false, { granted: ['select', 'update', 'delete'] }),
      login('readonly', true, { granted: ['select'] }),
      login('user', false, { granted: ['insert'] }),
      login('user', false, { granted: [] }),
    ],
  ],
];

const EVERYBODY = SERVERS.flatMap(([, logins]) => logins);

const settingsOf = (logins: readonly Login[]) => {
  const grants = logins.flatMap(({ level, hidesB }, at) =>
    level === undefined ? [] : [`a:n${at}=${level}`, `b:n${at}=${hidesB ? 'none' : 'read-only'}`],
  );
  const closed = logins.some(({ granted }) => granted !== undefined);
  return {
    ...(grants.length > 0 && { 'database-grant': grants }),
    ...(closed && { 'default-access': 'none' }),
  };
};

const grantsOf = (logins: readonly Login[]) =>
  logins.flatMap(({ granted, hidesB }, at) => [
    ...(granted ?? []).map((it) => `GRANT ${it} ON a TO USER n${at}`),
    ...(granted === undefined || hidesB ? [] : [`GRANT SELECT ON b TO USER n${at}`]),
  ]);

/** Whether a catalog looks to them as if it were not there. */
const hides = ({ claim, level, granted, hidesB }: Login, catalog: 'a' | 'b') =>
  catalog === 'b' ? hidesB : claim === 'none' || level === 'none' || granted?.length === 0;

describe.each(SERVERS)('a login is decided on the same at every door, limited by %s:', (_, logins) => {
  const secretKey = randomBytes(16).toString('hex');
  let server: RunningServer;
  beforeAll(async () => {
    server = await startTestServer({ 'secret-key': secretKey, ...settingsOf(logins) });
    const admin = await logIn(server.address.port);
    for (const sql of [...FIXTURE, ...WITHOUT_OWNER, ...grantsOf(logins)]) await admin.rows(sql);
    admin.close();
  });
  afterAll(() => server.stop());

  it.each(logins)('$role, claim $claim, level $level, grants $granted, hides b: $hidesB', async (who) => {
    const { role, claim, hidesB } = who;
    const catalogAccess = claim && [
      { catalog: 'a', access: claim },
      { catalog: 'b', access: hidesB ? ('none' as const) : ('read' as const) },
    ];
    const name = `n${logins.indexOf(who)}`;
    const client = await logInAs(server.address.port, secretKey, role, {
      name,
      ...(catalogAccess && { catalogAccess }),
    });
    const wrong: unknown[] = [];
    for (const cell of [...statementCells(client, who, EVERYBODY.indexOf(who)), ...otherCells(client, who)]) {
      const answer = await answerOf(cell);
      const { what, door, wanted } = cell;
      if ((answer === 'done') !== wanted) wrong.push({ what, door, wanted, answer });
    }
    client.close();
    expect(wrong).toEqual([]);
  });
});

interface Cell {
  readonly client: RawClient;
  readonly what: string;
  readonly door: string;
  readonly wanted: boolean;
  readonly hasEffect: boolean;
  readonly ask: () => Promise<unknown>;
}

function statementCells(client: RawClient, who: Login, at: number): Cell[] {
  const doors = Object.entries(DOORS);
  return STATEMENTS.map(([sql, needs, roles], index) => {
    // At a door a text that names what is hidden is refused, also where nothing of it would be read.
    const names = (['a', 'b'] as const).some((it) => hides(who, it) && new RegExp(`\\b${it}\\.`).test(sql));
    const wanted = !names && expected(needs, roles, who.role, who, who.hidesB);
    const reads = [...(needs.a ?? []), ...(needs.b ?? [])].every((it) => it === 'select');
    const hasEffect = !reads || /^(create|set|begin|commit)/.test(sql);
    const [door, ask] = doors[(index + at) % doors.length] ?? expect.fail('no door');
    return { client, what: sql, door, wanted, hasEffect, ask: () => ask(client, sql) };
  });
}

function otherCells(client: RawClient, who: Login): Cell[] {
  const loads = INGESTS.map(({ what, message, needs }) => ({
    what,
    door: 'ingest',
    wanted: expected(needs, 'u', who.role, who, who.hidesB),
    hasEffect: true,
    ask: () => load(client, message),
  }));
  const shown = METADATA.flatMap(([what, command]) =>
    (['a', 'b'] as const).map((catalog) => ({
      what: `${what} of ${catalog}`,
      door: 'metadata',
      wanted: !hides(who, catalog),
      hasEffect: false,
      // What shows nothing of it counts as a refusal: metadata is cut, not refused.
      ask: async () => {
        const rows = await client.get(ticketOf(await client.info(command(catalog))));
        if (!rows.flat().includes(catalog)) throw Object.assign(new Error('not shown'), NOT_SHOWN);
      },
    })),
  );
  return [...loads, ...shown].map((it) => ({ client, ...it }));
}

const NOT_SHOWN = { code: status.NOT_FOUND, details: 'does not exist' };

/** `done`, or how it was refused; what is refused has no effect, and if it had, the cell would be wrong anyhow. */
async function answerOf({ client, wanted, hasEffect, ask }: Cell): Promise<string> {
  if (wanted && hasEffect) await client.update('begin');
  try {
    await ask();
    return 'done';
  } catch (error) {
    return isRefusal(error as ServiceError) ? `refused: ${(error as ServiceError).details}` : 'done';
  } finally {
    if (wanted && hasEffect) await client.update('rollback').catch(() => undefined);
  }
}

/** What is hidden is refused in the words for what does not exist; all of the fixture does. */
function isRefusal({ code, details }: ServiceError): boolean {
  return code === status.PERMISSION_DENIED || /does not exist|No catalog \+ schema named/.test(details);
}
