/** Mutants of what real clients send (test/fixtures/requests.json): no crash, no hang, the right kind of refusal. */
import { readFileSync } from 'node:fs';
import { type ServiceError, status } from '@grpc/grpc-js';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ACTIONS } from '../../../src/flight/sql/action.js';
import { encodeCommand } from '../../../src/flight/sql/command.js';
import type { RunningServer } from '../../../src/server/running-server.js';
import { logIn, type RawClient, ticketOf } from '../../support/raw-client.js';
import { startTestServer } from '../../support/start-test-server.js';

/** Mutants to send; a few seconds' worth unless GIZMO_FUZZ_RUNS asks for more. */
const RUNS = Number(process.env.GIZMO_FUZZ_RUNS ?? 200);
const FIXTURE = new URL('../../fixtures/requests.json', import.meta.url);
/** By method, each call as its messages in base64. */
const requests: Readonly<Record<string, readonly (readonly string[])[]>> = JSON.parse(
  readFileSync(FIXTURE, 'utf8'),
);

let server: RunningServer;
let client: RawClient;
let owner: RawClient;
beforeAll(async () => {
  // A mutant that runs on and on is a statement like any other; the server's own limit ends it.
  server = await startTestServer({ 'query-timeout': 5 });
  client = await logIn(server.address.port);
  owner = await logIn(server.address.port);
});
afterAll(async () => {
  client.close();
  owner.close();
  await server.stop();
});

type Mutation = (bytes: Buffer) => Buffer;
const position = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const at = (bytes: Buffer, where: number) => Math.floor(where * bytes.length);
const mutation: fc.Arbitrary<Mutation> = fc.oneof(
  fc.tuple(position, fc.integer({ min: 1, max: 255 })).map(
    ([where, flip]): Mutation =>
      (bytes) => {
        const changed = Buffer.from(bytes);
        const index = at(bytes, where);
        if (bytes.length > 0) changed[index] = (changed[index] ?? 0) ^ flip;
        return changed;
      },
  ),
  position.map(
    (where): Mutation =>
      (bytes) =>
        bytes.subarray(0, at(bytes, where)),
  ),
  fc.tuple(position, fc.uint8Array({ maxLength: 8 })).map(
    ([where, more]): Mutation =>
      (bytes) =>
        Buffer.concat([bytes.subarray(0, at(bytes, where)), more, bytes.subarray(at(bytes, where))]),
  ),
  fc.tuple(position, position).map(
    ([from, to]): Mutation =>
      (bytes) => {
        const [start, end] = [at(bytes, Math.min(from, to)), at(bytes, Math.max(from, to))];
        return Buffer.concat([bytes.subarray(0, end), bytes.subarray(start)]);
      },
  ),
);
const calls = (method: string) =>
  (requests[method] ?? []).map((messages) => messages.map((each) => Buffer.from(each, 'base64')));
const METHODS = Object.keys(requests);
const mutant = fc.constantFrom(...METHODS).chain((method) => {
  const changed = (bytes: Buffer) =>
    fc.oneof(
      { weight: 1, arbitrary: fc.constant(bytes) },
      {
        weight: 2,
        arbitrary: fc
          .array(mutation, { minLength: 1, maxLength: 3 })
          .map((mutations) => mutations.reduce<Buffer>((now, mutate) => mutate(now), bytes)),
      },
    );
  const sent = fc
    .constantFrom(...calls(method))
    .chain((messages) => fc.tuple(...messages.map(changed)))
    .map((messages): Buffer[] => messages);
  return fc.record({
    method: fc.oneof(
      { weight: 9, arbitrary: fc.constant(method) },
      { weight: 1, arbitrary: fc.constantFrom(...ALL) },
    ),
    // Two calls' messages in one are a call, too.
    messages: fc.oneof(
      { weight: 4, arbitrary: sent },
      { weight: 1, arbitrary: fc.tuple(sent, sent).map((both) => both.flat()) },
    ),
  });
});
const ALL = [
  'GetFlightInfo',
  'PollFlightInfo',
  'GetSchema',
  'DoGet',
  'DoPut',
  'DoExchange',
  'DoAction',
  'ListFlights',
  'ListActions',
];

/** Ends the client's session and its connection. */
async function leave(): Promise<void> {
  await client.action('CloseSession').catch(() => undefined);
  client.close();
}

/** Sends the messages as they are; resolves with the status, however the call ends. */
function send(method: string, sent: readonly Buffer[]): Promise<Pick<ServiceError, 'code' | 'details'>> {
  const asIs = (bytes: Buffer) => bytes;
  const call = client.client.makeBidiStreamRequest(
    `/arrow.flight.protocol.FlightService/${method}`,
    asIs,
    asIs,
    client.metadata(),
    { deadline: Date.now() + 60_000 },
  );
  return new Promise((resolve) => {
    call.on('error', () => undefined);
    call.on('status', resolve);
    call.resume();
    for (const message of sent) call.write(message);
    call.end();
  });
}

/** Neither a defect (INTERNAL, UNKNOWN, DATA_LOSS) nor a lost connection, and nobody's session ended by it. */
const RIGHT = new Set([
  status.OK,
  status.CANCELLED,
  status.INVALID_ARGUMENT,
  status.NOT_FOUND,
  status.ALREADY_EXISTS,
  status.RESOURCE_EXHAUSTED,
  status.FAILED_PRECONDITION,
  status.ABORTED,
  status.OUT_OF_RANGE,
  status.UNIMPLEMENTED,
]);
const isRight = ({ code, details }: Pick<ServiceError, 'code' | 'details'>) =>
  RIGHT.has(code) ||
  (code === status.DEADLINE_EXCEEDED && details.includes('--query-timeout')) ||
  // A mutant of CloseSession is one: the next call is told so.
  (code === status.UNAUTHENTICATED && details.includes('session has ended'));

it('mutants of real requests are refused for what they are, and their neighbours do not notice', async () => {
  await owner.rows('create table kept as select 1 as a');
  const [begun] = await owner.action('BeginTransaction', ACTIONS.BeginTransaction.encodeRequest({}));
  const { transactionId } = ACTIONS.BeginTransaction.decodeResult(begun ?? new Uint8Array(0));
  const query = (text: string) =>
    encodeCommand({ type: 'CommandStatementQuery', message: { query: text, transactionId } });
  await owner.info(query('insert into kept values (2)'));
  const ticket = ticketOf(await owner.info(query('select sum(a)::integer from kept')));
  await leave();
  await expect.poll(async () => (await server.holdings()).sockets).toBe(1);
  const before = await server.holdings();
  client = await logIn(server.address.port);

  await fc.assert(
    fc.asyncProperty(mutant, async ({ method, messages: sent }) => {
      const answer = await send(method, sent);
      if (answer.details?.includes('session has ended') === true) {
        await leave();
        client = await logIn(server.address.port);
      }
      expect(isRight(answer), `${status[answer.code]}: ${answer.details}`).toBe(true);
    }),
    { numRuns: RUNS, endOnFailure: true },
  );

  // No statement of the engine's is open that no handle stands for, and what a session held goes with it.
  await expect
    .poll(async () => {
      const { engine, prepared, tickets } = await server.holdings();
      return engine.statements <= prepared + tickets;
    })
    .toBe(true);
  await leave();
  await expect.poll(() => server.holdings()).toEqual(before);
  expect(await owner.get(ticket)).toEqual([[3]]);
  await owner.action('EndTransaction', ACTIONS.EndTransaction.encodeRequest({ transactionId, action: 1 }));
  expect(await owner.rows('from kept order by a')).toEqual([[1], [2]]);
}, 600_000);
