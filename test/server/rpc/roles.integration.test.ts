/** What each role gets from the doors that take no statement text: metadata and bulk loads. */
import { randomBytes } from 'node:crypto';
import { status } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildBatch } from '../../../src/flight/ipc/build.js';
import { encodeSchema } from '../../../src/flight/ipc/schema.js';
import { type ArrowSchema, field } from '../../../src/flight/ipc/types.js';
import { encodeCommand, type SqlCommandInit } from '../../../src/flight/sql/command.js';
import { decodeUpdateResult } from '../../../src/flight/sql/put-result.js';
import type { RunningServer } from '../../../src/server/running-server.js';
import { logInAs } from '../../support/log-in-as.js';
import { logIn, type RawClient, ticketOf } from '../../support/raw-client.js';
import { startTestServer } from '../../support/start-test-server.js';

const secretKey = randomBytes(16).toString('hex');
let server: RunningServer;
let admin: RawClient;
beforeAll(async () => {
  server = await startTestServer({ 'secret-key': secretKey });
  admin = await logIn(server.address.port);
  await admin.rows('create table parent (id integer primary key)');
  await admin.rows('create table child (id integer references parent (id))');
});
afterAll(async () => {
  admin.close();
  await server.stop();
});

const METADATA = [
  ['CommandGetCatalogs', encodeCommand({ type: 'CommandGetCatalogs', message: {} })],
  [
    'CommandGetDbSchemas',
    encodeCommand({ type: 'CommandGetDbSchemas', message: { dbSchemaFilterPattern: 'm%' } }),
  ],
  [
    'CommandGetTables',
    encodeCommand({
      type: 'CommandGetTables',
      message: { tableNameFilterPattern: 'p%', includeSchema: true },
    }),
  ],
  ['CommandGetTableTypes', encodeCommand({ type: 'CommandGetTableTypes', message: {} })],
  ['CommandGetPrimaryKeys', encodeCommand({ type: 'CommandGetPrimaryKeys', message: { table: 'parent' } })],
  ['CommandGetExportedKeys', encodeCommand({ type: 'CommandGetExportedKeys', message: { table: 'parent' } })],
  ['CommandGetImportedKeys', encodeCommand({ type: 'CommandGetImportedKeys', message: { table: 'child' } })],
  [
    'CommandGetCrossReference',
    encodeCommand({ type: 'CommandGetCrossReference', message: { pkTable: 'parent', fkTable: 'child' } }),
  ],
  ['CommandGetSqlInfo', encodeCommand({ type: 'CommandGetSqlInfo', message: { info: [0] } })],
  ['CommandGetXdbcTypeInfo', encodeCommand({ type: 'CommandGetXdbcTypeInfo', message: { dataType: 4 } })],
] as const;

const SCHEMA: ArrowSchema = { fields: [field('id', { kind: 'int', bits: 32, signed: true })] };

async function load(client: RawClient, message: SqlCommandInit<'CommandStatementIngest'>['message']) {
  const tableDefinitionOptions = { ifNotExist: 1, ifExists: 2 } as const;
  const cmd = encodeCommand({
    type: 'CommandStatementIngest',
    message: Object.assign({ table: 'loaded', tableDefinitionOptions }, message),
  });
  const schema = { header: encodeSchema(SCHEMA), body: new Uint8Array(0) };
  const [answer = new Uint8Array(0)] = await client.put(cmd, [schema, buildBatch(SCHEMA, [[1]])]);
  return decodeUpdateResult(answer);
}

describe.each(['user', 'readonly'] as const)('the role %s', (role) => {
  it.each(METADATA)('reads %s', async (_, command) => {
    const client = await logInAs(server.address.port, secretKey, role);
    const rows = await client.get(ticketOf(await client.info(command)));
    expect(rows.length).toBeGreaterThan(0);
    client.close();
  });
});

describe('a bulk load', () => {
  it('is for users', async () => {
    const user = await logInAs(server.address.port, secretKey, 'user');
    expect(await load(user, {})).toBe(1n);
    expect(await load(user, { temporary: true, table: 'own' })).toBe(1n);
    const refused = { code: status.PERMISSION_DENIED };
    await expect(load(user, { table: 'gizmo_sessions' })).rejects.toMatchObject(refused);
    await expect(load(user, { catalog: 'system', schema: 'main' })).rejects.toMatchObject(refused);
    user.close();
  });

  it('is not for those who only read, whatever it would do', async () => {
    const reader = await logInAs(server.address.port, secretKey, 'readonly');
    for (const message of [
      {},
      { temporary: true },
      { table: 'parent' },
      { table: 'parent', tableDefinitionOptions: { ifNotExist: 2, ifExists: 3 } },
    ] as const) {
      await expect(load(reader, message)).rejects.toMatchObject({ code: status.PERMISSION_DENIED });
    }
    reader.close();
    expect(await admin.rows('from parent')).toEqual([]);
  });
});
