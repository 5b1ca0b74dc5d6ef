/** What somebody holds is NOT_FOUND for everybody else, whatever is tried with it, and its owner does not notice. */
import { status } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FlightInfo } from '../../../src/flight/gen/flight_pb.js';
import { ACTIONS } from '../../../src/flight/sql/action.js';
import { encodeCommand } from '../../../src/flight/sql/command.js';
import type { RunningServer } from '../../../src/server/running-server.js';
import { logInAs } from '../../support/log-in-as.js';
import { type RawClient, ticketOf } from '../../support/raw-client.js';
import { startTestServer } from '../../support/start-test-server.js';

const SECRET = 'a secret key for these tests, long enough';
let server: RunningServer;
let ann: RawClient;
let strangers: readonly (readonly [string, RawClient])[];
beforeAll(async () => {
  server = await startTestServer({ 'secret-key': SECRET });
  const { port } = server.address;
  ann = await logInAs(port, SECRET, 'user', { name: 'ann' });
  strangers = [
    ['another user', await logInAs(port, SECRET, 'user', { name: 'bob' })],
    ['an administrator', await logInAs(port, SECRET, 'admin', { name: 'root' })],
    ['the same name with another role', await logInAs(port, SECRET, 'readonly', { name: 'ann' })],
  ];
});
afterAll(async () => {
  for (const [, each] of strangers) each.close();
  ann.close();
  await server.stop();
});

async function forEachStranger(attempts: (client: RawClient) => readonly Promise<unknown>[]): Promise<void> {
  const refused = (who: string, attempt: Promise<unknown>) =>
    expect(attempt, who).rejects.toMatchObject({ code: status.NOT_FOUND });
  for (const [who, client] of strangers)
    await Promise.all(attempts(client).map((attempt) => refused(who, attempt)));
}

const onTicket = (client: RawClient, info: FlightInfo): readonly Promise<unknown>[] => [
  client.get(ticketOf(info)),
  client.action('CancelFlightInfo', ACTIONS.CancelFlightInfo.encodeRequest({ info })),
  client.action(
    'RenewFlightEndpoint',
    ACTIONS.RenewFlightEndpoint.encodeRequest({ endpoint: info.endpoint[0] ?? {} }),
  ),
];

describe('to somebody else', () => {
  it('the ticket of a query, or of a result that is there, does not exist', async () => {
    const query = await ann.query('select 42');
    const result = await ann.query('values (7)');
    const written = await ann.query('create temp table mine as select 1');
    await forEachStranger((client) => [query, result, written].flatMap((info) => onTicket(client, info)));
    expect(await ann.get(ticketOf(query))).toEqual([[42]]);
    expect(await ann.get(ticketOf(result))).toEqual([[7]]);
    const again = await logInAs(server.address.port, SECRET, 'user', { name: 'ann' });
    expect(await again.get(ticketOf(query))).toEqual([[42]]);
    again.close();
  });

  it('a statement in the background does not exist', async () => {
    const poll = encodeCommand({ type: 'CommandStatementQuery', message: { query: 'select 6 * 7' } });
    let answer = await ann.poll(poll);
    const { info, flightDescriptor } = answer;
    await forEachStranger((client) => [
      ...(flightDescriptor === undefined ? [] : [client.poll(flightDescriptor.cmd)]),
      ...(info === undefined ? [] : onTicket(client, info)),
    ]);
    while (answer.flightDescriptor !== undefined) answer = await ann.poll(answer.flightDescriptor.cmd);
    expect(await ann.get(ticketOf(answer.info ?? expect.fail('no FlightInfo')))).toEqual([[42]]);
  });

  it('a prepared statement does not exist', async () => {
    const preparedStatementHandle = await ann.prepare('select 42');
    const message = { preparedStatementHandle };
    const query = encodeCommand({ type: 'CommandPreparedStatementQuery', message });
    await forEachStranger((client) => [
      client.info(query),
      client.schema(query),
      client.poll(query),
      client.get(query),
      client.put(query),
      client.put(encodeCommand({ type: 'CommandPreparedStatementUpdate', message })),
      client.action('ClosePreparedStatement', ACTIONS.ClosePreparedStatement.encodeRequest(message)),
    ]);
    expect(await ann.get(ticketOf(await ann.info(query)))).toEqual([[42]]);
  });

  it('a transaction does not exist', async () => {
    const [body = new Uint8Array(0)] = await ann.action(
      'BeginTransaction',
      ACTIONS.BeginTransaction.encodeRequest({}),
    );
    const { transactionId } = ACTIONS.BeginTransaction.decodeResult(body);
    const within = (query: string) =>
      encodeCommand({ type: 'CommandStatementQuery', message: { query, transactionId } });
    await ann.info(within('create table inside as select 1 as a'));
    await forEachStranger((client) => [
      client.info(within('select 1')),
      client.action('EndTransaction', ACTIONS.EndTransaction.encodeRequest({ transactionId, action: 1 })),
      client.action('EndTransaction', ACTIONS.EndTransaction.encodeRequest({ transactionId, action: 2 })),
    ]);
    expect(await ann.get(ticketOf(await ann.info(within('from inside'))))).toEqual([[1]]);
    await ann.action('EndTransaction', ACTIONS.EndTransaction.encodeRequest({ transactionId, action: 2 }));
  });
});
