/** Which statements are logged at which level, with what, and never with a secret. */
import { readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { field } from '../../../src/flight/ipc/types.js';
import type { RunningServer } from '../../../src/server/running-server.js';
import { logIn, type RawClient } from '../../support/raw-client.js';
import { startTestServer } from '../../support/start-test-server.js';

const logFile = join(tmpdir(), `gizmo-query-log-${process.pid}.log`);
let server: RunningServer;
let admin: RawClient;
beforeAll(async () => {
  server = await startTestServer({
    'log-level': 'info',
    'log-format': 'json',
    'log-file': logFile,
    'upload-stall-timeout': 1,
  });
  admin = await logIn(server.address.port);
});
afterAll(async () => {
  admin.close();
  await server.stop();
  rmSync(logFile, { force: true });
});

/** The records of the statement with this text. A later statement's record is there only after those before it. */
async function recordsOf(text: string): Promise<Record<string, unknown>[]> {
  for (;;) {
    const marker = `no_such_table_${Math.trunc(performance.now() * 1000)}`;
    await admin.rows(`from ${marker}`).catch(() => undefined);
    const log = readFileSync(logFile, 'utf8');
    if (!log.includes(marker)) continue;
    const lines = log
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    return lines.filter(({ kind, sql }) => kind === 'sql' && String(sql).includes(text));
  }
}

it('logs what fails by default, and nothing else', async () => {
  await admin.rows("select 'fine'");
  await expect(admin.rows("select 'bad'::int + 'one'")).rejects.toThrow();
  expect(await recordsOf("'fine'")).toEqual([]);
  expect(await recordsOf("'bad'")).toMatchObject([
    { lvl: 'warning', status: 'failure', user: 'ann', role: 'admin', door: 'statement-query' },
  ]);
});

it('logs every statement at info, for one session or all, without secrets', async () => {
  await admin.rows('set gizmosql.query_log_level = info');
  await admin.rows('select range as counted from range(3)');
  expect(await recordsOf('counted')).toMatchObject([{ lvl: 'info', status: 'success', rows: 3 }]);
  await admin.rows("create user frank password 'hunter22 hunter22' role user");
  await admin.rows("select /* password */ $$hunter22$$, e'hunter22', 'hunter22' as kept");
  expect(await recordsOf('frank')).toHaveLength(1);
  expect(readFileSync(logFile, 'utf8')).not.toContain('hunter22');
  await admin.rows('set gizmosql.query_log_level = off');
  await admin.rows('from nowhere_at_all').catch(() => undefined);
  await admin.rows('reset gizmosql.query_log_level');
  expect(await recordsOf('nowhere_at_all')).toEqual([]);
});

it('gives up a bulk load whose client sends nothing more, and says so', async () => {
  const arrowSchema = { fields: [field('a', { kind: 'int', bits: 32, signed: true })] } as const;
  const load = server.load({
    table: 'stalled',
    temporary: false,
    ifMissing: 'create',
    ifExists: 'fail',
    arrowSchema,
    batches: { [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => {}) }) },
  });
  await expect(load).rejects.toMatchObject({
    code: 'DEADLINE_EXCEEDED',
    message: expect.stringContaining('--upload-stall-timeout'),
  });
  await expect(admin.rows('from stalled')).rejects.toThrow(/does not exist/);
  expect(await recordsOf('stalled')).not.toEqual([]);
});
