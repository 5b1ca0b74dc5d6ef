/**
 * What tools send, as it was recorded from them (test/fixtures/tool-statements.json), in their order: somebody limited to
 * some catalogs has none of it refused, and is answered as an administrator is where there are no other catalogs.
 */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunningServer } from '../../../src/server/running-server.js';
import { logInAs } from '../../support/log-in-as.js';
import { logIn, type RawClient } from '../../support/raw-client.js';
import { startTestServer } from '../../support/start-test-server.js';

const FIXTURE = new URL('../../fixtures/tool-statements.json', import.meta.url);
const RECORDED: readonly { readonly tool: string; readonly sql: string }[] = JSON.parse(
  readFileSync(FIXTURE, 'utf8'),
);
const TOOLS = [...new Set(RECORDED.map(({ tool }) => tool))];
const secretKey = randomBytes(16).toString('hex');
const running: RunningServer[] = [];
const clients: RawClient[] = [];

/** A server with the catalog that the tools were recorded on. */
async function start(more: readonly string[]): Promise<RunningServer> {
  const server = await startTestServer({ 'secret-key': secretKey });
  running.push(server);
  const admin = await logIn(server.address.port);
  for (const sql of [
    "attach ':memory:' as staging; use staging",
    "create table orders (id integer primary key, n varchar not null default 'x')",
    'create table lines (id integer references orders (id), q double)',
    'create view fine as from orders',
    'create index ix on lines (q)',
    ...more,
  ])
    await admin.rows(sql);
  admin.close();
  return server;
}

let limited: RunningServer;
let open: RunningServer;
beforeAll(async () => {
  limited = await start([
    "attach ':memory:' as vault",
    "create table vault.vault_gold (vault_id integer primary key, v varchar check (v <> 'vault'))",
    'create view vault.vault_view as from vault.vault_gold',
    "comment on table vault.vault_gold is 'vault'",
  ]);
  open = await start([]);
});
afterAll(async () => {
  for (const client of clients) client.close();
  for (const server of running) await server.stop();
});

const answerOf = (client: RawClient, sql: string) =>
  client.rows(sql).then(
    (rows) => ({
      rows: rows.length,
      text: JSON.stringify(rows, (_, it) => (typeof it === 'bigint' ? String(it) : it)),
    }),
    ({ code, details }: { code: number; details: string }) => ({ code, text: details }),
  );

describe.each(['readonly', 'user'] as const)('as a limited %s', (role) => {
  it.each(TOOLS)('%s is refused nothing', async (tool) => {
    const catalogAccess = [
      { catalog: 'staging', access: 'write' },
      { catalog: 'memory', access: 'write' },
    ] as const;
    const user = await logInAs(limited.address.port, secretKey, role, { name: 'bob', catalogAccess });
    const admin = await logIn(open.address.port);
    clients.push(user, admin);
    for (const client of [user, admin]) await client.rows('use staging');
    const different: unknown[] = [];
    const sent = RECORDED.filter((it) => it.tool === tool && (role === 'user' || !CHANGES.test(it.sql)));
    for (const { sql } of sent) {
      const shown = await answerOf(user, sql);
      const expected = await answerOf(admin, sql);
      expect(shown.text).not.toMatch(/vault/i);
      const { text: said, ...one } = shown;
      const { text: wanted, ...other } = expected;
      if (JSON.stringify(one) !== JSON.stringify(other))
        different.push({ sql, shown: said, expected: wanted });
    }
    expect(different).toEqual([]);
  });
});

/** What whoever may only read is rightly refused; what a tool asks after it finds nothing then, for an administrator as well. */
const CHANGES = /^(create|alter|drop)\b/i;
