/**
 * The access table at the doors: what a login may do does not depend on how it asks. Each cell is a real call to a real
 * server. What has an effect runs in a transaction that is rolled back.
 */
import { randomBytes } from 'node:crypto';
import { type ServiceError, status } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeCommand } from '../../../src/flight/sql/command.js';
import type { CatalogAccess, CatalogRule } from '../../../src/server/model/catalog-rule.js';
import type { RunningServer } from '../../../src/server/start-server.js';
import { logInAs } from '../../support/log-in-as.js';
import { logIn, type RawClient } from '../../support/raw-client.js';
import { startTestServer } from '../../support/start-test-server.js';
import { expected, FIXTURE, STATEMENTS } from './statement-kinds.js';

const DOORS = {
  statement: (client: RawClient, sql: string) => client.rows(sql),
  'its schema': (client: RawClient, query: string) =>
    client.schema(encodeCommand({ type: 'CommandStatementQuery', message: { query } })),
  update: (client: RawClient, sql: string) => client.update(sql),
  prepare: (client: RawClient, sql: string) => client.prepare(sql),
  'prepared query': async (client: RawClient, sql: string) => {
    const preparedStatementHandle = await client.prepare(sql);
    return client.info(
      encodeCommand({ type: 'CommandPreparedStatementQuery', message: { preparedStatementHandle } }),
    );
  },
  'prepared update': async (client: RawClient, sql: string) => {
    const preparedStatementHandle = await client.prepare(sql);
    return client.put(
      encodeCommand({ type: 'CommandPreparedStatementUpdate', message: { preparedStatementHandle } }),
    );
  },
} as const;

const LOGINS = (['user', 'readonly'] as const).flatMap((role) =>
  ([undefined, 'none', 'read', 'write'] as const).flatMap((claim) =>
    (claim === undefined ? [false] : [false, true]).map((hidesB) => ({ role, claim, hidesB })),
  ),
);

function rulesOf(claim: CatalogAccess | undefined, hidesB: boolean): readonly CatalogRule[] | undefined {
  return (
    claim && [
      { catalog: 'a', access: claim },
      { catalog: 'b', access: hidesB ? 'none' : 'read' },
    ]
  );
}

const secretKey = randomBytes(16).toString('hex');
let server: RunningServer;
let admin: RawClient;
beforeAll(async () => {
  server = await startTestServer({ 'secret-key': secretKey });
  admin = await logIn(server.address.port);
  for (const sql of FIXTURE) await admin.rows(sql);
});
afterAll(async () => {
  admin.close();
  await server.stop();
});

describe.each(LOGINS)('$role, $claim on a, hides b: $hidesB', ({ role, claim, hidesB }) => {
  let client: RawClient;
  beforeAll(async () => {
    const catalogAccess = rulesOf(claim, hidesB);
    client = await logInAs(server.address.port, secretKey, role, catalogAccess && { catalogAccess });
  });
  afterAll(() => client.close());

  it('is decided the same at every door', async () => {
    const wrong: unknown[] = [];
    const doors = Object.entries(DOORS);
    const first = LOGINS.findIndex((it) => it.role === role && it.claim === claim && it.hidesB === hidesB);
    for (const [index, [sql, needs, roles]] of STATEMENTS.entries()) {
      const rules = { claim, level: undefined, granted: undefined };
      const names = (claim === 'none' && /\ba\./.test(sql)) || (hidesB && /\bb\./.test(sql));
      // At a door a text that names what is hidden is refused, also where nothing of it would be read.
      const wanted = !names && expected(needs, roles, role, rules, hidesB);
      // What is not allowed needs no transaction: if it had an effect, the cell would be wrong anyhow.
      if (wanted) await client.update('begin');
      for (const [door, ask] of doors.slice((first + index) % doors.length).slice(0, 1)) {
        const answer = await ask(client, sql).then(
          () => 'done',
          (error: ServiceError) => (isRefusal(error) ? `refused: ${error.details}` : 'done'),
        );
        if ((answer === 'done') !== wanted) wrong.push({ door, sql, wanted, answer });
      }
      if (wanted) await client.update('rollback').catch(() => undefined);
    }
    expect(wrong).toEqual([]);
  });
});

/** What is hidden is refused in the words for what does not exist; all of the fixture does. */
function isRefusal({ code, details }: ServiceError): boolean {
  return code === status.PERMISSION_DENIED || /does not exist|No catalog \+ schema named/.test(details);
}
