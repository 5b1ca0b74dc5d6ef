import { create, toBinary } from '@bufbuild/protobuf';
import { type StatusObject, status } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  ActionSchema,
  BasicAuthSchema,
  EmptySchema,
  FlightDescriptor_DescriptorType,
  FlightDescriptorSchema,
  TicketSchema,
} from '../../../src/flight/gen/flight_pb.js';
import { flightService } from '../../../src/flight/service.js';
import { encodeCommand } from '../../../src/flight/sql/command.js';
import { makePrincipal } from '../../../src/server/auth/make-principal.js';
import { createSessionTokens } from '../../../src/server/auth/session-token.js';
import type { RunningServer } from '../../../src/server/running-server.js';
import { basic, connectRaw, type RawClient } from '../../support/raw-client.js';
import { PASSWORD, startTestServer, USER } from '../../support/start-test-server.js';

let server: RunningServer;
let raw: RawClient;
beforeAll(async () => {
  server = await startTestServer();
  raw = connectRaw(server.address.port);
});
afterAll(async () => {
  raw.close();
  await server.stop();
});

const EMPTY = new Uint8Array(0);
const payload = toBinary(BasicAuthSchema, create(BasicAuthSchema, { username: USER, password: PASSWORD }));

/** Any method of the service; grpc-js calls them all alike. */
interface AnyMethod {
  readonly path: string;
  requestSerialize(request: unknown): Buffer;
  responseDeserialize(bytes: Buffer): unknown;
}

const command = (query: string) =>
  create(FlightDescriptorSchema, {
    type: FlightDescriptor_DescriptorType.CMD,
    cmd: encodeCommand({ type: 'CommandStatementQuery', message: { query } }),
  });

/** Whether a token opens a session, sent the way `header` says. */
async function works(headers: Readonly<Record<string, string>>): Promise<boolean> {
  const client = connectRaw(server.address.port, headers);
  try {
    return (await client.rows('select 42'))[0]?.[0] === 42;
  } finally {
    client.close();
  }
}

describe('Handshake', () => {
  it.each([
    ['Basic without messages (ADBC, pyarrow, ODBC)', basic(), []],
    ['Basic without padding (Go)', basic().replace(/=+$/, ''), []],
    ['Basic and one empty message (JDBC, arrow-rs, JavaScript)', basic(), [EMPTY]],
  ])('answers %s with a session token in headers and trailers', async (_, authorization, payloads) => {
    const { headers, trailers, responses } = await raw.handshake({ authorization }, payloads);
    const [bearer] = headers?.get('authorization') ?? [];
    expect(bearer).toMatch(/^Bearer \S+\.\S+\.\S+$/);
    expect(trailers.get('authorization')).toEqual([bearer]);
    expect(headers?.get('set-cookie')[0]).toMatch(/^arrow_flight_session_id=/);
    expect(responses).toEqual([]);
    expect(await works({ authorization: String(bearer) })).toBe(true);
  });

  it('sends its headers before the client half-closes, and ends', async () => {
    const { headers } = await raw.handshake({ authorization: basic() }, [EMPTY], false);
    expect(headers?.get('authorization')).toHaveLength(1);
  });

  it('answers a BasicAuth payload with one response that holds the token', async () => {
    const { responses } = await raw.handshake({}, [payload]);
    expect(responses).toHaveLength(1);
    const token = Buffer.from(responses[0]?.payload ?? EMPTY).toString();
    expect(await works({ authorization: `Bearer ${token}` })).toBe(true);
  });

  it('takes the token of a payload in the binary header of C++ clients', async () => {
    const { responses } = await raw.handshake({}, [payload]);
    const token = Buffer.from(responses[0]?.payload ?? EMPTY).toString();
    expect(await works({ 'auth-token-bin': token })).toBe(true);
    expect(await works({ 'auth-token-bin': '', authorization: `Bearer ${token}` })).toBe(true);
  });

  it.each([[[]], [[EMPTY]]])('echoes a Bearer that is right (JDBC token=, ODBC)', async (payloads) => {
    const first = await raw.handshake({ authorization: basic() });
    const bearer = String(first.headers?.get('authorization')[0]);
    const { headers } = await raw.handshake({ authorization: bearer }, payloads);
    expect(headers?.get('authorization')).toEqual([bearer]);
  });

  it.each<[string, Record<string, string>, Uint8Array[]]>([
    ['a wrong password', { authorization: basic(USER, 'wrong') }, []],
    ['an unknown user', { authorization: basic('eve', PASSWORD) }, []],
    ['a bearer of nobody', { authorization: 'Bearer abc' }, [EMPTY]],
    ['a forged session token', { authorization: 'Bearer a.b.c' }, []],
    ['another scheme', { authorization: 'Negotiate abc' }, []],
    ['no credential', {}, []],
    ['an empty message and no credential', {}, [EMPTY]],
    ['a payload that is no BasicAuth', {}, [Buffer.from('ffffff', 'hex')]],
    [
      'a payload with a wrong password',
      {},
      [toBinary(BasicAuthSchema, create(BasicAuthSchema, { username: USER, password: 'x' }))],
    ],
  ])('refuses %s as UNAUTHENTICATED', async (_, headers, payloads) => {
    await expect(raw.handshake(headers, payloads)).rejects.toMatchObject({ code: status.UNAUTHENTICATED });
  });

  it('refuses a payload that unpacks to more than 64 KiB', async () => {
    const gzip = connectRaw(server.address.port, {}, { 'grpc.default_compression_algorithm': 2 });
    await expect(gzip.handshake({}, [new Uint8Array(10_000_000)])).rejects.toMatchObject({
      code: status.RESOURCE_EXHAUSTED,
    });
    gzip.close();
  });

  it('refuses a payload beyond 64 KiB without reading it', async () => {
    await expect(raw.handshake({}, [new Uint8Array(70_000)])).rejects.toMatchObject({
      code: status.RESOURCE_EXHAUSTED,
    });
  });
});

describe('a call without a handshake', () => {
  it.each([
    ['Basic', basic()],
    ['Basic without padding', basic().replace(/=+$/, '')],
  ])('may carry %s', async (_, authorization) => {
    expect(await works({ authorization })).toBe(true);
  });

  it.each<[string, Record<string, string>]>([
    ['no credential', {}],
    ['a wrong password', { authorization: basic(USER, 'wrong') }],
    ['two credentials', { authorization: `${basic()}, Bearer x` }],
  ])('is refused with %s', async (_, headers) => {
    await expect(works(headers)).rejects.toMatchObject({ code: status.UNAUTHENTICATED });
  });

  it('is refused when its credential and its cookie name different people', async () => {
    const other = await createSessionTokens('the key of this test', Date.now, [USER, PASSWORD]).issue(
      makePrincipal('bob', 'admin', 'password'),
    );
    const keyed = await startTestServer({ 'secret-key': 'the key of this test' });
    for (const authorization of [basic(), undefined]) {
      const login = connectRaw(keyed.address.port);
      const own =
        authorization ??
        String((await login.handshake({ authorization: basic() })).headers?.get('authorization')[0]);
      login.close();
      const client = connectRaw(keyed.address.port, {
        authorization: own,
        cookie: `arrow_flight_session_id=${other.token}`,
      });
      await expect(client.rows('select 1')).rejects.toMatchObject({ code: status.UNAUTHENTICATED });
      client.close();
    }
    await keyed.stop();
  });

  it('is answered with who it acts for', async () => {
    const client = connectRaw(server.address.port, { authorization: basic() });
    const call = client.openGet((await client.query('select 1')).endpoint[0]?.ticket?.ticket ?? EMPTY);
    const metadata = await new Promise<ReturnType<typeof client.metadata>>((resolve) =>
      call.once('metadata', resolve),
    );
    call.cancel();
    call.on('error', () => undefined);
    expect(metadata.getMap()).toMatchObject({ 'x-username': USER, 'x-role': 'admin' });
    client.close();
  });

  it.each([
    ['GetFlightInfo', flightService.getFlightInfo, command('select 1'), status.OK],
    [
      'GetFlightInfo that fails',
      flightService.getFlightInfo,
      command('select nothing'),
      status.INVALID_ARGUMENT,
    ],
    ['DoGet', flightService.doGet, create(TicketSchema, { ticket: command('select 1').cmd }), status.OK],
    [
      'DoGet that fails',
      flightService.doGet,
      create(TicketSchema, { ticket: EMPTY }),
      status.INVALID_ARGUMENT,
    ],
    ['DoAction', flightService.doAction, create(ActionSchema, { type: 'CloseSession' }), status.OK],
    ['ListActions', flightService.listActions, create(EmptySchema), status.OK],
    ['DoExchange', flightService.doExchange, undefined, status.OK],
    ['DoPut that fails', flightService.doPut, undefined, status.INVALID_ARGUMENT],
  ])('is answered with who it acts for, once: %s', async (_, method, request, code) => {
    const client = connectRaw(server.address.port, { authorization: basic() });
    const { path, requestSerialize, responseDeserialize } = method as AnyMethod;
    const call = client.client.makeBidiStreamRequest(
      path,
      requestSerialize,
      responseDeserialize,
      client.metadata(),
    );
    const headers: unknown[] = [];
    call.on('metadata', (metadata) => headers.push(metadata.getMap()));
    call.on('error', () => undefined);
    call.resume();
    if (request !== undefined) call.write(request);
    call.end();
    const ended = await new Promise<StatusObject>((resolve) => call.on('status', resolve));
    expect(ended.code).toBe(code);
    expect(headers).toHaveLength(1);
    expect(headers[0]).toMatchObject({ 'x-username': USER, 'x-role': 'admin' });
    client.close();
  });

  it('is refused when its headers exceed the limit', async () => {
    await expect(works({ authorization: basic(), 'x-big': 'x'.repeat(66_000) })).rejects.toMatchObject({
      code: status.RESOURCE_EXHAUSTED,
    });
  });
});
