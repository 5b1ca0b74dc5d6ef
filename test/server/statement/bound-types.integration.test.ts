import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildBatch } from '../../../src/flight/ipc/build.js';
import { decodeSchema, encodeSchema, unwrapEncapsulated } from '../../../src/flight/ipc/schema.js';
import { type ArrowSchema, type ArrowType, field } from '../../../src/flight/ipc/types.js';
import { ACTIONS } from '../../../src/flight/sql/action.js';
import { encodeCommand } from '../../../src/flight/sql/command.js';
import type { RunningServer } from '../../../src/server/running-server.js';
import { logIn, type RawClient, ticketOf } from '../../support/raw-client.js';
import { startTestServer } from '../../support/start-test-server.js';

let server: RunningServer;
let client: RawClient;
beforeAll(async () => {
  server = await startTestServer();
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
async function bound(query: string, type: ArrowType, values: readonly unknown[]): Promise<Uint8Array> {
  const preparedStatementHandle = await client.prepare(query);
  const cmd = encodeCommand({ type: 'CommandPreparedStatementQuery', message: { preparedStatementHandle } });
  const schema: ArrowSchema = { fields: [field('0', type)] };
  await client.put(cmd, [{ header: encodeSchema(schema), body: NO_BODY }, buildBatch(schema, [values])]);
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
