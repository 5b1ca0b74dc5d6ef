// Small statements over the wire: each client is a connection of its own that runs one statement after the other.
import { countRows, openClient } from '../support/client.mjs';
import { GATE_KINDS, KINDS, measureCalls } from '../support/small-statements.mjs';

const { server, kind, clients: count, seconds, warmUp } = JSON.parse(process.argv[2]);
const { text, prepared, value } = { ...KINDS, ...GATE_KINDS }[kind];
const clients = await Promise.all(
  Array.from({ length: count }, async () => {
    const client = await openClient(server);
    return { client, statement: prepared === undefined ? undefined : await client.prepare(prepared) };
  }),
);
const ask = async ({ client, statement }, n) => {
  if (kind.startsWith('INSERT')) return client.execute(text(n));
  const rows = await countRows(statement ? statement.query([value(n)]) : client.query(text(n)));
  if (rows !== 1) throw new Error(`one row expected of ${kind}`);
};
const result = await measureCalls(clients, seconds, ask, warmUp);
await Promise.all(clients.map(({ client }) => client.close()));
process.stdout.write(`${JSON.stringify(result)}\n`);
