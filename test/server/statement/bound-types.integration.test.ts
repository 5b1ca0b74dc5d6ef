import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildBatch } from '../../../src/flight/ipc/build.js';
import { decodeSchema, encodeSchema, unwrapEncapsulated } from '../../../src/flight/ipc/schema.js';
import { type ArrowSchema, type ArrowType, field } from '../../../src/flight/ipc/types.js';
import { ACTIONS } from '../../../src/flight/sql/action.js';
import { encodeCommand } from '../../../src/flight/sql/command.js';
import type { RunningServer } from '../../../src/server/running-server.js';
import { logInAs } from '../../support/log-in-as.js';
import { logIn, type RawClient, ticketOf } from '../../support/raw-client.js';
import { startTestServer } from '../../support/start-test-server.js';

const SECRET_KEY = 'a secret key of 32 characters ..';
let server: RunningServer;
let client: RawClient;
beforeAll(async () => {
  server = await startTestServer({ 'secret-key': SECRET_KEY });
  client = await logIn(server.address.port);
  await client.rows('create table one as select 1 as i');
});
afterAll(async () => {
  client.close();
  await server.stop();
});

const NO_BODY = new Uint8Array(0);
const DOUBLE: ArrowType = { kind: 'float', bits: 64 };
const TEXT: ArrowType = { kind: 'utf8' };

/** Prepares a query and binds `values`, one a row, to its only parameter. */
async function bound(
  query: string,
  type: ArrowType,
  values: readonly unknown[],
  by = client,
): Promise<Uint8Array> {
  const preparedStatementHandle = await by.prepare(query);
  const cmd = encodeCommand({ type: 'CommandPreparedStatementQuery', message: { preparedStatementHandle } });
  const schema: ArrowSchema = { fields: [field('0', type)] };
  await by.put(cmd, [{ header: encodeSchema(schema), body: NO_BODY }, buildBatch(schema, [values])]);
  return cmd;
}
const kindOf = (schema: Uint8Array) => decodeSchema(unwrapEncapsulated(schema)).fields[0]?.type.kind;

describe('what is bound to a query', () => {
  it.each([
    ['select i + ? from one', DOUBLE, 1.5, 'float', 2.5],
    ['select coalesce(null::integer, ?) from one', DOUBLE, 1.5, 'float', 1.5],
    ['select ?', TEXT, 'x', 'utf8', 'x'],
  ])('decides the types of %s', async (query, type, value, kind, answer) => {
    const cmd = await bound(query, type, [value]);
    expect(kindOf((await client.schema(cmd)).schema)).toBe(kind);
    const info = await client.info(cmd);
    expect(kindOf(info.schema)).toBe(kind);
    for (const _ of [1, 2]) expect(await client.get(ticketOf(info))).toEqual([[answer]]);
  });

  it('may be NULL in some rows and not in others', async () => {
    const info = await client.info(await bound('select ?', TEXT, ['a', null, 'c']));
    expect(await client.get(ticketOf(info))).toEqual([['a'], [null], ['c']]);
  });

  it('runs the query when it is described, and its result gives way to what comes before the fetch', async () => {
    const cmd = await bound("select i + ?, repeat('x', 100) from range(100000) t(i)", DOUBLE, [0.5]);
    const infos = [await client.info(cmd), await client.info(cmd)];
    expect(await client.rows('select 1')).toEqual([[1]]);
    for (const info of infos) expect(await client.get(ticketOf(info))).toHaveLength(100_000);
  });

  it('fails at once where the query does', async () => {
    const cmd = await bound('select ?::integer from one', TEXT, ['not a number']);
    await expect(client.info(cmd)).rejects.toThrow(/Could not convert/);
    await expect(client.schema(cmd)).rejects.toThrow(/Could not convert/);
    expect(await client.rows('select 1')).toEqual([[1]]);
  });

  it('does not keep a closed statement from ending, nor its result from being read', async () => {
    const cmd = await bound('select i + ? from range(3) t(i)', DOUBLE, [0.5]);
    const info = await client.info(cmd);
    await client.action('CancelFlightInfo', ACTIONS.CancelFlightInfo.encodeRequest({ info }));
    expect(await client.rows('select 1')).toEqual([[1]]);
    const [handle] = [(await client.info(cmd)).endpoint[0]?.ticket?.ticket ?? NO_BODY];
    expect(await client.get(handle)).toEqual([[0.5], [1.5], [2.5]]);
  });
});

describe('the type of what is bound', () => {
  let limited: RawClient;
  beforeAll(async () => {
    for (const sql of [
      "attach ':memory:' as open; attach ':memory:' as vault; create table vault.gold as select 'canary' as a",
      "create macro open.by_type(x integer) as 'number', (x double) as (select max(a) from vault.gold)",
      "create macro open.rows_by_type(x integer) as table (select 'number' as a), (x double) as table (from vault.gold)",
      'create macro open.through(x) as open.by_type(x + 1)',
      "create macro open.trim(x integer) as 'number', (x double) as (select max(a) from vault.gold)",
      "create macro open.over(x integer) as 'number', (x double) as (select max(a) from vault.gold)",
      "create macro open.by_count(x) as 'one', (x, y) as 'two'",
    ])
      await client.rows(sql);
    limited = await logInAs(server.address.port, SECRET_KEY, 'user', {
      name: 'bob',
      catalogAccess: [{ catalog: 'open', access: 'read' }],
    });
  });
  afterAll(() => limited.close());

  it.each([
    'select open.by_type($1 + 1)',
    'select open.by_type(coalesce($1, 1))',
    'select open.through($1)',
    'from open.rows_by_type($1 + 1)',
    'select "open"."BY_TYPE"([1, $1][2])',
    'select open.trim($1 + 1)',
    'select open.over($1 + 1)',
  ])('chooses no form of a macro that was not looked at: %s', async (query) => {
    for (const [type, value] of [
      [DOUBLE, 1.5],
      [{ kind: 'int', bits: 32, signed: true } as const, 1],
    ] as const)
      await expect(
        bound(query, type, [value], limited).then(async (cmd) =>
          limited.get(ticketOf(await limited.info(cmd))),
        ),
      ).rejects.toThrow(/PERMISSION_DENIED: .*parameter without a type/);
  });

  it('is chosen by where it is written, and by nothing where a macro has no types', async () => {
    const ask = async (query: string, type: ArrowType, value: unknown) =>
      limited.get(ticketOf(await limited.info(await bound(query, type, [value], limited))));
    expect(await ask('select open.by_type($1::integer)', DOUBLE, 1.5)).toEqual([['number']]);
    await expect(ask('select open.by_type($1::double)', DOUBLE, 1.5)).rejects.toThrow(/does not exist/);
    expect(await ask('select open.by_count($1)', DOUBLE, 1.5)).toEqual([['one']]);
    await limited.rows('prepare p as select open.by_type(?::integer)');
    expect(await limited.rows('execute p(1.5)')).toEqual([['number']]);
  });
});
