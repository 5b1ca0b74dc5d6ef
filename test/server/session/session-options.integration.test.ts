import { create } from '@bufbuild/protobuf';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  CloseSessionResult_Status,
  SetSessionOptionsResult_ErrorValue as ErrorValue,
  type SessionOptionValue,
  SessionOptionValueSchema,
} from '../../../src/flight/gen/flight_pb.js';
import { ACTIONS } from '../../../src/flight/sql/action.js';
import type { RunningServer } from '../../../src/server/running-server.js';
import { logIn, type RawClient } from '../../support/raw-client.js';
import { startTestServer } from '../../support/start-test-server.js';

let server: RunningServer;
let client: RawClient;
beforeAll(async () => {
  server = await startTestServer({
    'init-sql-commands': `attach ':memory:' as other; attach ':memory:' as twin; create schema other.s; create schema "o'dd ""x"; create schema twin`,
  });
});
beforeEach(async () => {
  client?.close();
  client = await logIn(server.address.port);
});
afterAll(async () => {
  client.close();
  await server.stop();
});

type Value = SessionOptionValue['optionValue'];
const text = (value: string): Value => ({ case: 'stringValue', value });
const UNSET: Value = { case: undefined };

async function set(options: Record<string, Value>): Promise<Record<string, ErrorValue>> {
  const sessionOptions = Object.fromEntries(
    Object.entries(options).map(([name, optionValue]) => [
      name,
      create(SessionOptionValueSchema, { optionValue }),
    ]),
  );
  const [body] = await client.action(
    'SetSessionOptions',
    ACTIONS.SetSessionOptions.encodeRequest({ sessionOptions }),
  );
  const { errors } = ACTIONS.SetSessionOptions.decodeResult(body ?? new Uint8Array(0));
  return Object.fromEntries(Object.entries(errors).map(([name, { value }]) => [name, value]));
}
async function get(): Promise<Record<string, unknown>> {
  const [body] = await client.action('GetSessionOptions', ACTIONS.GetSessionOptions.encodeRequest({}));
  const { sessionOptions } = ACTIONS.GetSessionOptions.decodeResult(body ?? new Uint8Array(0));
  return Object.fromEntries(
    Object.entries(sessionOptions).map(([name, { optionValue }]) => [name, optionValue.value]),
  );
}
const place = async () => {
  const { catalog, schema } = await get();
  return `${catalog}.${schema}`;
};

describe('the catalog and schema of a session', () => {
  it('are where it began, until they are set', async () => {
    expect(await place()).toBe('memory.main');
    expect(await set({ catalog: text('other') })).toEqual({});
    expect(await place()).toBe('other.main');
    expect(await set({ schema: text('s') })).toEqual({});
    expect(await place()).toBe('other.s');
    expect(await client.rows('select current_database(), current_schema()')).toEqual([['other', 's']]);
  });

  it('are set together in whatever order they come', async () => {
    expect(await set({ schema: text('s'), catalog: text('other') })).toEqual({});
    expect(await place()).toBe('other.s');
  });

  it('may have any name, and a catalog is not taken for a schema of its name', async () => {
    expect(await set({ schema: text(`o'dd "x`) })).toEqual({});
    expect(await place()).toBe(`memory.o'dd "x`);
    expect(await set({ catalog: text('twin') })).toEqual({});
    expect(await place()).toBe('twin.main');
  });

  it('go back to where the session began when they are unset', async () => {
    await set({ catalog: text('other'), schema: text('s') });
    expect(await set({ schema: UNSET })).toEqual({});
    expect(await place()).toBe('other.main');
    expect(await set({ catalog: UNSET })).toEqual({});
    expect(await place()).toBe('memory.main');
  });

  it('stay as they were where one of them does not exist', async () => {
    await set({ catalog: text('other'), schema: text('s') });
    for (const wrong of [
      { catalog: text('nowhere') },
      { catalog: text('memory'), schema: text('nowhere') },
    ]) {
      expect(new Set(Object.values(await set(wrong)))).toEqual(new Set([ErrorValue.INVALID_VALUE]));
      expect(await place()).toBe('other.s');
    }
  });
});

describe('the settings of a session', () => {
  it('take text, booleans and numbers, and are nobody else’s', async () => {
    const changes: Record<string, Value> = {
      TimeZone: text('Asia/Tokyo'),
      integer_division: { case: 'boolValue', value: true },
      pivot_limit: { case: 'int64Value', value: 77n },
      PRESERVE_IDENTIFIER_CASE: text('false'),
    };
    expect(await set(changes)).toEqual({});
    expect(await get()).toMatchObject({
      TimeZone: 'Asia/Tokyo',
      integer_division: 'true',
      pivot_limit: '77',
    });
    expect(await client.rows("select 7 / 2, current_setting('timezone')")).toEqual([[3, 'Asia/Tokyo']]);
    const other = await logIn(server.address.port);
    expect(await other.rows('select 7 / 2')).toEqual([[3.5]]);
    other.close();
    expect(await set({ integer_division: UNSET })).toEqual({});
    expect(await client.rows('select 7 / 2')).toEqual([[3.5]]);
  });

  it.each([
    ['that does not exist', 'no_such_thing', text('1'), ErrorValue.INVALID_NAME],
    ['that reaches files', 'profiling_output', text('/tmp/x'), ErrorValue.INVALID_NAME],
    ['that is everybody’s', 'memory_limit', text('1GB'), ErrorValue.INVALID_NAME],
    ['with a value it cannot have', 'TimeZone', text("'; drop schema twin; --"), ErrorValue.INVALID_VALUE],
    ['with a list', 'TimeZone', { case: 'stringListValue', value: {} }, ErrorValue.INVALID_VALUE],
  ] as [string, string, Value, ErrorValue][])(
    'refuse one %s, and set the others',
    async (_, name, value, error) => {
      expect(await set({ [name]: value, pivot_limit: text('5') })).toEqual({ [name]: error });
      expect(await get()).toMatchObject({ pivot_limit: '5' });
    },
  );
});

describe('CloseSession', () => {
  it('succeeds for a session that has ended, was never used, or says nothing', async () => {
    for (const body of [ACTIONS.CloseSession.encodeRequest({}), new Uint8Array(0), Buffer.from('garbage')]) {
      const [result] = await client.action('CloseSession', body);
      const { status } = ACTIONS.CloseSession.decodeResult(result ?? new Uint8Array(0));
      expect(status).toBe(CloseSessionResult_Status.CLOSED);
    }
  });
});
