import { once } from 'node:events';
import { status } from '@grpc/grpc-js';
import { Dictionary, Int32, Table, tableToIPC, Utf8, vectorFromArray } from 'apache-arrow';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { encodeFlightData } from '../../../src/flight/flight-data.js';
import { FlightDescriptor_DescriptorType } from '../../../src/flight/gen/flight_pb.js';
import {
  CommandStatementIngest_TableDefinitionOptions_TableExistsOption as IfExists,
  CommandStatementIngest_TableDefinitionOptions_TableNotExistOption as IfMissing,
} from '../../../src/flight/gen/flight_sql_pb.js';
import { buildBatch } from '../../../src/flight/ipc/build.js';
import { readIpc } from '../../../src/flight/ipc/framing.js';
import { encodeSchema } from '../../../src/flight/ipc/schema.js';
import { type ArrowSchema, field, type IpcMessage } from '../../../src/flight/ipc/types.js';
import { flightService } from '../../../src/flight/service.js';
import { ACTIONS } from '../../../src/flight/sql/action.js';
import { encodeCommand, type SqlCommandInit } from '../../../src/flight/sql/command.js';
import { decodeUpdateResult } from '../../../src/flight/sql/put-result.js';
import type { RunningServer } from '../../../src/server/running-server.js';
import { logIn, type RawClient } from '../../support/raw-client.js';
import { startTestServer } from '../../support/start-test-server.js';

let server: RunningServer;
let client: RawClient;
beforeAll(async () => {
  server = await startTestServer();
  client = await logIn(server.address.port);
});
afterAll(async () => {
  client.close();
  await server.stop();
});
beforeEach(() => client.rows('drop table if exists memory.main.t'));

type Ingest = SqlCommandInit<'CommandStatementIngest'>['message'];
const NO_BODY = new Uint8Array(0);
const NUMBERS: ArrowSchema = {
  fields: [field('i', { kind: 'int', bits: 32, signed: true }), field('s', { kind: 'utf8' })],
};
const SCHEMA_MESSAGE: IpcMessage = { header: encodeSchema(NUMBERS), body: NO_BODY };
const rowsOf = (numbers: readonly number[]) => buildBatch(NUMBERS, [numbers, numbers.map((i) => `row ${i}`)]);

const ingestCommand = (
  ifNotExist: IfMissing = IfMissing.CREATE,
  ifExists: IfExists = IfExists.APPEND,
  more: Ingest = {},
) =>
  encodeCommand({
    type: 'CommandStatementIngest',
    message: Object.assign({ table: 't', tableDefinitionOptions: { ifNotExist, ifExists } }, more),
  });

const countOf = ([answer]: readonly Uint8Array[]) => decodeUpdateResult(answer ?? NO_BODY);
const load = async (numbers: readonly number[], cmd = ingestCommand(), from = client) =>
  countOf(await from.put(cmd, [SCHEMA_MESSAGE, rowsOf(numbers)]));
const numbersIn = async (table = 't', from = client) =>
  (await from.rows(`select i from ${table} order by i`)).flat();

describe('a bulk load', () => {
  it.each([
    ['create', 'fail', 'missing', [1, 2]],
    ['create', 'append', 'missing', [1, 2]],
    ['create', 'replace', 'missing', [1, 2]],
    ['fail', 'fail', 'missing', status.NOT_FOUND],
    ['fail', 'append', 'missing', status.NOT_FOUND],
    ['fail', 'replace', 'missing', status.NOT_FOUND],
    ['create', 'fail', 'there', status.ALREADY_EXISTS],
    ['create', 'append', 'there', [0, 1, 2]],
    ['create', 'replace', 'there', [1, 2]],
    ['fail', 'fail', 'there', status.ALREADY_EXISTS],
    ['fail', 'append', 'there', [0, 1, 2]],
    ['fail', 'replace', 'there', [1, 2]],
  ] as const)(
    'may %s where the table is missing and %s where it is not: %s',
    async (missing, exists, is, outcome) => {
      if (is === 'there') await client.rows('create table t as select 0::integer as i, null::varchar as s');
      const ifMissing = { create: IfMissing.CREATE, fail: IfMissing.FAIL }[missing];
      const ifExists = { fail: IfExists.FAIL, append: IfExists.APPEND, replace: IfExists.REPLACE }[exists];
      const loaded = load([1, 2], ingestCommand(ifMissing, ifExists));
      if (typeof outcome === 'number') {
        await expect(loaded).rejects.toMatchObject({ code: outcome });
        if (is === 'there') expect(await numbersIn()).toEqual([0]);
        else await expect(numbersIn()).rejects.toMatchObject({ code: status.NOT_FOUND });
      } else {
        expect(await loaded).toBe(2n);
        expect(await numbersIn()).toEqual(outcome);
      }
    },
  );

  it.each([
    ['nothing is said of a table that is not there', { tableDefinitionOptions: { ifExists: IfExists.FAIL } }],
    ['nothing is said of one that is', { tableDefinitionOptions: { ifNotExist: IfMissing.CREATE } }],
    ['no modes are given', { tableDefinitionOptions: undefined }],
    ['a mode is not known', { tableDefinitionOptions: { ifNotExist: 7, ifExists: 1 } }],
    ['no table is named', { table: '' }],
    ['an option is not known', { options: { 'commit-every': '1000' } }],
    ['a temporary table is to be elsewhere', { temporary: true, schema: 'sales' }],
    ['the catalog has no such schema, and the table is to be made', { schema: 'nowhere' }],
  ] as const)('is refused where %s', async (_, more) => {
    const code = 'schema' in more && !('temporary' in more) ? status.NOT_FOUND : status.INVALID_ARGUMENT;
    await expect(load([1], ingestCommand(1, 2, more as Ingest))).rejects.toMatchObject({ code });
  });

  it('goes where catalog, schema and temporary say', async () => {
    await client.rows("attach if not exists ':memory:' as other");
    await client.rows('create schema if not exists other.sales');
    await load([1], ingestCommand(1, 3, { catalog: 'other' }));
    await load([2], ingestCommand(1, 3, { catalog: 'other', schema: 'sales' }));
    await load([3], ingestCommand(1, 3, { temporary: true, catalog: 'temp', schema: 'main' }));
    await load([4], ingestCommand(1, 1));
    expect(await numbersIn('other.main.t')).toEqual([1]);
    expect(await numbersIn('other.sales.t')).toEqual([2]);
    expect(await numbersIn('temp.main.t')).toEqual([3]);
    expect(await numbersIn('memory.main.t')).toEqual([4]);
    // The temporary table is no reason to find the other one there, nor the other way round.
    await client.rows('drop table temp.main.t');
    await load([5], ingestCommand(1, 1, { temporary: true }));
    await client.rows('drop table temp.main.t');
  });

  it('matches columns by name and tells of one that the table does not have', async () => {
    await client.rows('create table t (extra integer default 9, s varchar, i bigint)');
    expect(await load([5], ingestCommand(2, 2))).toBe(1n);
    expect(await client.rows('from t')).toEqual([[9, 'row 5', 5n]]);
    await client.rows('alter table t drop column s');
    await expect(load([6], ingestCommand(2, 2))).rejects.toMatchObject({
      code: status.ALREADY_EXISTS,
      details: expect.stringContaining('no column "s"'),
    });
  });

  it.each([
    ['a view', 'select 7 as i'],
    ['a view that cannot be bound any more', 'from gone_with_its_table'],
  ])('never takes the place of %s, nor goes into it', async (_, body) => {
    await client.rows('create or replace table gone_with_its_table (i integer)');
    await client.rows(`create or replace view "V" as ${body}`);
    await client.rows('drop table gone_with_its_table');
    for (const ifExists of [IfExists.FAIL, IfExists.APPEND, IfExists.REPLACE]) {
      const loading = load([1], ingestCommand(IfMissing.CREATE, ifExists, { table: 'v' }));
      await expect(loading).rejects.toMatchObject({ code: status.ALREADY_EXISTS });
    }
    const views = await client.rows("select view_name from duckdb_views() where view_name = 'V'");
    expect(views).toEqual([['V']]);
    await client.rows('drop view "V"');
  });

  it('of no rows makes the table', async () => {
    expect(countOf(await client.put(ingestCommand(), [SCHEMA_MESSAGE]))).toBe(0n);
    expect(await numbersIn()).toEqual([]);
  });

  it('may send its command alone and end with a message that holds no data', async () => {
    const { path, requestSerialize, responseDeserialize } = flightService.doPut;
    const call = client.client.makeBidiStreamRequest(
      path,
      requestSerialize,
      responseDeserialize,
      client.metadata(),
    );
    const descriptor = { type: FlightDescriptor_DescriptorType.CMD, cmd: ingestCommand() };
    call.write(encodeFlightData({ descriptor }));
    call.write(encodeFlightData({ message: SCHEMA_MESSAGE }));
    call.write(encodeFlightData({ message: rowsOf([1, 2, 3]) }));
    call.write(encodeFlightData({ appMetadata: Buffer.from('the end') }));
    call.end();
    await once(call, 'data');
    expect(await numbersIn()).toEqual([1, 2, 3]);
  });

  it('takes dictionaries, which later batches add to', async () => {
    const words = vectorFromArray(['a', 'b', null, 'a'], new Dictionary(new Utf8(), new Int32()));
    const messages: IpcMessage[] = [];
    for await (const message of readIpc(tableToIPC(new Table({ words }), 'stream'))) messages.push(message);
    expect(messages.length).toBeGreaterThan(2);
    expect(countOf(await client.put(ingestCommand(), messages))).toBe(4n);
    expect(await client.rows('select words, typeof(words) from t')).toEqual([
      ['a', 'VARCHAR'],
      ['b', 'VARCHAR'],
      [null, 'VARCHAR'],
      ['a', 'VARCHAR'],
    ]);
  });

  it('joins the transaction that the session has open and ends with it', async () => {
    await client.rows('create table t (i integer, s varchar)');
    await client.rows('begin');
    await load([1]);
    const other = await logIn(server.address.port);
    expect(await numbersIn('t', other)).toEqual([]);
    other.close();
    await client.rows('rollback');
    expect(await numbersIn()).toEqual([]);
    await client.rows('begin');
    await load([2]);
    await client.rows('commit');
    expect(await numbersIn()).toEqual([2]);
  });

  it('belongs to the transaction that its id names, and to no other', async () => {
    const [body = NO_BODY] = await client.action(
      'BeginTransaction',
      ACTIONS.BeginTransaction.encodeRequest({}),
    );
    const { transactionId } = ACTIONS.BeginTransaction.decodeResult(body);
    await load([1], ingestCommand(1, 1, { transactionId }));
    await load([2], ingestCommand(2, 2));
    expect(await numbersIn()).toEqual([1, 2]);
    await client.action('EndTransaction', ACTIONS.EndTransaction.encodeRequest({ transactionId, action: 2 }));
    await expect(numbersIn()).rejects.toMatchObject({ code: status.NOT_FOUND });
    await expect(load([1], ingestCommand(1, 2, { transactionId }))).rejects.toMatchObject({
      code: status.NOT_FOUND,
    });
  });

  it('refuses a transaction that is not the session’s', async () => {
    const transactionId = Buffer.from('not a transaction');
    await expect(load([1], ingestCommand(1, 2, { transactionId }))).rejects.toMatchObject({
      code: status.NOT_FOUND,
    });
  });

  it('leaves nothing where a later batch is bad', async () => {
    const bad = { ...rowsOf([3, 4]), body: new Uint8Array(8) };
    await expect(client.put(ingestCommand(), [SCHEMA_MESSAGE, rowsOf([1, 2]), bad])).rejects.toMatchObject({
      code: status.INVALID_ARGUMENT,
    });
    await expect(numbersIn()).rejects.toMatchObject({ code: status.NOT_FOUND });
    await client.rows('create table t (i integer check (i < 10), s varchar)');
    await expect(
      client.put(ingestCommand(), [SCHEMA_MESSAGE, rowsOf([1]), rowsOf([99])]),
    ).rejects.toMatchObject({
      details: expect.stringContaining('CHECK constraint'),
    });
    expect(await numbersIn()).toEqual([]);
  });

  it('leaves nothing where the client cancels it, and the session goes on', async () => {
    const { path, requestSerialize, responseDeserialize } = flightService.doPut;
    const call = client.client.makeBidiStreamRequest(
      path,
      requestSerialize,
      responseDeserialize,
      client.metadata(),
    );
    const failed = once(call, 'data');
    const descriptor = { type: FlightDescriptor_DescriptorType.CMD, cmd: ingestCommand() };
    call.write(encodeFlightData({ descriptor, message: SCHEMA_MESSAGE }));
    call.write(encodeFlightData({ message: rowsOf([1, 2]) }), () => call.cancel());
    await expect(failed).rejects.toMatchObject({ code: status.CANCELLED });
    // Waits until the load has given back the session's turn.
    await expect(numbersIn()).rejects.toMatchObject({ code: status.NOT_FOUND });
    expect(await load([7])).toBe(1n);
    expect(await numbersIn()).toEqual([7]);
  });

  it('is refused where it is no Arrow data', async () => {
    const garbage = { header: Buffer.from('not a schema'), body: NO_BODY };
    for (const messages of [
      [],
      [garbage],
      [rowsOf([1])],
      [SCHEMA_MESSAGE, SCHEMA_MESSAGE],
      [SCHEMA_MESSAGE, garbage],
    ]) {
      await expect(client.put(ingestCommand(), messages)).rejects.toMatchObject({
        code: status.INVALID_ARGUMENT,
      });
    }
    await expect(numbersIn()).rejects.toMatchObject({ code: status.NOT_FOUND });
  });
});
