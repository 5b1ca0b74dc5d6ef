import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { constants, createServer as createHttp2Server } from 'node:http2';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer as createTlsServer } from 'node:tls';
import { create } from '@bufbuild/protobuf';
import { Server as GrpcServer, ServerCredentials } from '@grpc/grpc-js';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { ConnectOptions } from '../../src/client/connect/options.js';
import { connect } from '../../src/client/connect.js';
import type { FlightSqlClient } from '../../src/client/flight-sql-client.js';
import { GizmoError } from '../../src/errors.js';
import { encodeFlightData } from '../../src/flight/flight-data.js';
import { FlightInfoSchema } from '../../src/flight/gen/flight_pb.js';
import { encapsulate, encodeSchema } from '../../src/flight/ipc/schema.js';
import { field } from '../../src/flight/ipc/types.js';
import { readValue } from '../../src/flight/ipc/value.js';
import { flightService } from '../../src/flight/service.js';
import type { RunningServer } from '../../src/server/running-server.js';
import { PASSWORD, startTestServer, USER } from '../support/start-test-server.js';

const open: { close(): unknown }[] = [];
afterEach(async () => {
  for (const each of open.splice(0)) await each.close();
});

function to(port: number, rest: Partial<ConnectOptions> = {}): ConnectOptions {
  return {
    host: '127.0.0.1',
    port,
    tls: undefined,
    credentials: { kind: 'none' },
    connectTimeoutMs: 10_000,
    ...rest,
  };
}

async function listen(server: Server): Promise<number> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => sockets.add(socket.on('error', () => undefined)));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  open.push({
    close: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  });
  return (server.address() as AddressInfo).port;
}

async function failure(options: ConnectOptions): Promise<{ code: string; exit: number; message: string }> {
  const error = await connect(options).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof GizmoError)) throw new Error(`expected a GizmoError, got ${String(error)}`);
  return { code: error.code, exit: error.class.exit, message: error.message };
}

describe('connect says why it could not', () => {
  test('nothing listens', async () => {
    const port = await listen(createServer());
    for (const each of open.splice(0)) await each.close();
    expect(await failure(to(port))).toMatchObject({
      exit: 3,
      message: expect.stringMatching(/^Nothing listens at/),
    });
  });

  test('the host is unknown', async () => {
    expect(await failure(to(1, { host: 'no-such-host.invalid' }))).toMatchObject({
      exit: 3,
      message: expect.stringMatching(/host name in no-such-host.invalid:1 (is unknown|cannot be looked up)/),
    });
  });

  test('the peer is silent', async () => {
    const port = await listen(createServer());
    expect(await failure(to(port, { connectTimeoutMs: 300 }))).toMatchObject({
      exit: 3,
      message: expect.stringMatching(/stays silent/),
    });
  });

  test('the peer hangs up', async () => {
    const port = await listen(createServer((socket) => socket.end()));
    expect(await failure(to(port))).toMatchObject({
      exit: 3,
      message: expect.stringMatching(/closes the connection/),
    });
  });

  test('a web server answers', async () => {
    const port = await listen(createHttpServer((_, response) => response.end('hello')));
    expect(await failure(to(port))).toMatchObject({
      exit: 3,
      message: expect.stringMatching(/web server answers/),
    });
  });

  test('the server refuses every call, as one that is shutting down does', async () => {
    const server = createHttp2Server();
    server.on('stream', (stream) => {
      stream.on('error', () => undefined);
      stream.close(constants.NGHTTP2_REFUSED_STREAM);
    });
    expect(await failure(to(await listen(server)))).toMatchObject({
      exit: 3,
      message: expect.stringMatching(/The server takes no more calls: it is shutting down\.$/),
    });
  });

  test('something else answers', async () => {
    const port = await listen(createServer((socket) => socket.write('SSH-2.0-OpenSSH\r\n')));
    expect(await failure(to(port))).toMatchObject({
      exit: 3,
      message: expect.stringMatching(/does not speak Flight/),
    });
  });

  test('TLS and client certificate contradict each other', async () => {
    const clientCertificate = { cert: new Uint8Array(1), key: new Uint8Array(1) };
    expect(await failure(to(1, { tls: { skipVerify: true, clientCertificate } }))).toMatchObject({
      code: 'USAGE',
    });
  });
});

describe('connect over TLS', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gizmo-tls-'));
  let key: Buffer;
  let cert: Buffer;
  beforeAll(() => {
    const subject = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1', '-days', '2'];
    const files = ['-keyout', join(folder, 'key.pem'), '-out', join(folder, 'cert.pem')];
    const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
    execFileSync('openssl', ['req', '-x509', ...kind, ...subject, ...files], { stdio: 'ignore' });
    key = readFileSync(join(folder, 'key.pem'));
    cert = readFileSync(join(folder, 'cert.pem'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  async function flightOverTls(options: { clientCa?: Buffer } = {}): Promise<number> {
    const server = new GrpcServer();
    server.addService(flightService, {
      handshake: (call: { end(): void; sendMetadata(metadata: unknown): void }) => call.end(),
    });
    const pairs = [{ private_key: key, cert_chain: cert }];
    const credentials = ServerCredentials.createSsl(
      options.clientCa ?? null,
      pairs,
      options.clientCa !== undefined,
    );
    const port = await new Promise<number>((resolve, reject) =>
      server.bindAsync('127.0.0.1:0', credentials, (error, bound) =>
        error ? reject(error) : resolve(bound),
      ),
    );
    open.push({ close: () => server.forceShutdown() });
    return port;
  }

  test('works with the right roots, and with none when told so', async () => {
    const port = await flightOverTls();
    open.push(await connect(to(port, { tls: { roots: cert } })));
    open.push(await connect(to(port, { tls: { skipVerify: true } })));
  });

  test('an authority that is not trusted is named with its remedy', async () => {
    const port = await flightOverTls();
    expect(await failure(to(port, { tls: {} }))).toMatchObject({
      exit: 3,
      message: expect.stringMatching(/--tls-roots FILE/),
    });
  });

  test('a client without TLS is told to use it', async () => {
    const port = await flightOverTls();
    expect(await failure(to(port))).toMatchObject({
      exit: 3,
      message: expect.stringMatching(/expects TLS. Connect with --tls/),
    });
  });

  test('a server without TLS is told', async () => {
    const port = await listen(createServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')));
    expect(await failure(to(port, { tls: {} }))).toMatchObject({
      exit: 3,
      message: expect.stringMatching(/does not speak TLS/),
    });
  });

  test('a missing client certificate is asked for', async () => {
    const port = await flightOverTls({ clientCa: cert });
    expect(await failure(to(port, { tls: { roots: cert } }))).toMatchObject({
      exit: 3,
      message: expect.stringMatching(/--mtls-cert and --mtls-key/),
    });
    open.push(await connect(to(port, { tls: { roots: cert, clientCertificate: { cert, key } } })));
  });

  test('a web server over TLS is told', async () => {
    const port = await listen(
      createTlsServer({ key, cert, ALPNProtocols: ['h2'] }, (socket) =>
        socket.end('HTTP/1.1 200 OK\r\n\r\n'),
      ),
    );
    expect(await failure(to(port, { tls: { roots: cert } }))).toMatchObject({ exit: 3 });
  });
});

describe('a session', () => {
  let server: RunningServer;
  let client: FlightSqlClient;
  beforeAll(async () => {
    server = await startTestServer();
    client = await connect(login());
  });
  afterAll(async () => {
    await client.close();
    await server.stop();
  });
  const login = (password = PASSWORD): ConnectOptions =>
    to(server.address.port, {
      credentials: { kind: 'password', user: USER, password },
      connectTimeoutMs: 10_000,
    });

  async function values(sql: string): Promise<unknown[][]> {
    const rows: unknown[][] = [];
    for await (const batch of await client.query(sql))
      for (let row = 0; row < batch.length; row++)
        rows.push(batch.columns.map((column) => readValue(column, row)));
    return rows;
  }

  test('refuses a wrong password with exit code 4', async () => {
    expect(await failure(login('wrong'))).toMatchObject({ code: 'UNAUTHENTICATED', exit: 4 });
  });

  test('without credentials it says what to give', async () => {
    expect(await failure(to(server.address.port, { connectTimeoutMs: 10_000 }))).toMatchObject({
      exit: 4,
      message: expect.stringMatching(/--username/),
    });
  });

  test('keeps its state: temp tables, transactions, and what statements were', async () => {
    const created = await client.query('create temp table t as select range as i from range(3)');
    expect(created).toMatchObject({ returns: 'nothing' });
    await created.cancel();
    expect(await client.execute('insert into t values (7), (8)')).toBe(2);
    expect(await client.execute('begin')).toBe(0);
    expect(await client.execute('delete from t')).toBe(5);
    expect(await client.execute('rollback')).toBe(0);
    expect(await values('from t')).toEqual([[0n], [1n], [2n], [7n], [8n]]);
    const returning = await client.query('insert into t values (9) returning i');
    expect(returning.returns).toBe('rows');
    await returning.cancel();
  });

  test('an error keeps its words and its place', async () => {
    await expect(client.query('select no_such_column')).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringMatching(/no_such_column[\s\S]*LINE 1/),
    });
  });

  test('streams a large result whole', async () => {
    let rows = 0;
    let sum = 0n;
    for await (const batch of await client.query('select range as i from range(1000000)')) {
      rows += batch.length;
      const { data } = batch.columns[0]!;
      const view = new DataView(data!.buffer, data!.byteOffset, data!.byteLength);
      for (let row = 0; row < batch.length; row++) sum += view.getBigInt64(row * 8, true);
    }
    expect([rows, sum]).toEqual([1_000_000, 499_999_500_000n]);
  });

  test('an empty result has a schema', async () => {
    const result = await client.query('select 1 as a where false');
    expect(result.schema.fields.map(({ name }) => name)).toEqual(['a']);
    for await (const batch of result) expect(batch.length).toBe(0);
  });

  test('cancelling stops the statement and leaves the session', async () => {
    const result = await client.query('select a.range from range(1000000) a, range(100000) b');
    await result.cancel();
    await result.cancel();
    expect(await values('select 1')).toEqual([[1]]);
  });

  test('leaving the loop early cancels', async () => {
    for await (const _ of await client.query('select a.range from range(1000000) a, range(100000) b')) break;
    expect(await values('select 2')).toEqual([[2]]);
  });

  test('a signal ends the wait with its own reason', async () => {
    const stop = new AbortController();
    const running = client.query('select count(*) from range(100000000) a, range(100000) b', {
      signal: stop.signal,
    });
    const reason = new GizmoError('CANCELLED', 'enough');
    setImmediate(() => stop.abort(reason));
    await expect(running).rejects.toBe(reason);
    expect(await values('select 3')).toEqual([[3]]);
  });

  test('prepares, binds and runs again', async () => {
    const statement = await client.prepare('select $1::int + $2::int as total');
    expect(statement.parameters?.fields).toHaveLength(2);
    for (const pair of [
      [1, 2],
      [30, 12],
    ]) {
      const totals: unknown[] = [];
      for await (const batch of await statement.query(pair)) totals.push(readValue(batch.columns[0]!, 0));
      expect(totals).toEqual([pair[0]! + pair[1]!]);
    }
    await expect(statement.query([1])).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    await statement.close();
  });

  test('answers metadata', async () => {
    await client.execute('create table if not exists people (id int, name varchar)');
    const names: unknown[] = [];
    for await (const batch of await client.getTables({ tablePattern: 'peo%', tableTypes: ['TABLE'] }))
      for (let row = 0; row < batch.length; row++) names.push(readValue(batch.columns[2]!, row));
    expect(names).toContain('people');
    for (const result of [
      client.getCatalogs(),
      client.getDbSchemas(),
      client.getTableTypes(),
      client.getSqlInfo([0]),
    ])
      for await (const batch of await result) expect(batch.length).toBeGreaterThan(0);
  });

  test('a message larger than the client accepts names the option', async () => {
    const small = await connect({ ...login(), receiveBytesMax: 1000 });
    open.push(small);
    await expect(small.query("select repeat('x', 100000)")).rejects.toMatchObject({
      code: 'RESOURCE_EXHAUSTED',
      message: expect.stringMatching(/receiveBytesMax/),
    });
  });

  test('a 50 MB cell arrives whole', async () => {
    const [[cell]] = (await values("select repeat('x', 50000000)")) as [[string]];
    expect(cell).toHaveLength(50_000_000);
  });

  test('closing twice is fine', async () => {
    const other = await connect(login());
    await Promise.all([other.close(), other.close()]);
  });
});

test('a stream of another schema than announced is refused', async () => {
  const announced = { fields: [field('a', { kind: 'utf8' })] };
  const sent = { fields: [field('a', { kind: 'int', bits: 32, signed: true })] };
  const server = new GrpcServer();
  server.addService(flightService, {
    handshake: (call: { end(): void }) => call.end(),
    getFlightInfo: (_: unknown, answer: (error: null, info: unknown) => void) =>
      answer(
        null,
        create(FlightInfoSchema, {
          schema: encapsulate(encodeSchema(announced)),
          endpoint: [{ ticket: { ticket: new Uint8Array([1]) } }],
        }),
      ),
    doGet: (call: { write(frame: unknown): void; end(): void }) => {
      call.write(encodeFlightData({ message: { header: encodeSchema(sent), body: new Uint8Array(0) } }));
      call.end();
    },
  });
  const port = await new Promise<number>((resolve) =>
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (_, bound) => resolve(bound)),
  );
  open.push({ close: () => server.forceShutdown() });
  const client = await connect(to(port));
  open.push(client);
  await expect(client.query('select 1')).rejects.toMatchObject({ code: 'DATA_LOSS' });
});
