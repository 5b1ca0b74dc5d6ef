import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { status } from '@grpc/grpc-js';
import { describe, expect, it } from 'vitest';

import { startGizmoServer } from '../support/gizmo-server.js';
import { basic, connectRaw } from '../support/raw-client.js';

const PASSWORD = 'open sesame 1';

describe('statements whose planning hangs', () => {
  it('hold up no other user, no login and no shutdown', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'gizmo-hung-'));
    const pipe = join(folder, 'pipe.csv');
    execFileSync('mkfifo', [pipe]);
    const server = await startGizmoServer([
      '--shutdown-grace-period-seconds',
      '0',
      '--database',
      join(folder, 'hung.duckdb'),
    ]);
    const operator = connectRaw(server.port, { authorization: basic(server.user, server.token) });
    for (const user of ['first', 'second', 'other']) {
      const role = user === 'other' ? 'user' : 'admin';
      await operator.update(`create user ${user} password '${PASSWORD}' role ${role}`);
    }
    const logIn = (user: string) => connectRaw(server.port, { authorization: basic(user, PASSWORD) });
    // Two administrators, each with more statements than may be planned at once; nobody ever writes to the pipe.
    const hanging = Array.from({ length: 24 }, (_, index) => logIn(index % 2 === 0 ? 'first' : 'second'));
    // One after the other, because hashing passwords takes its time.
    for (const client of hanging) await client.update('set gizmosql.query_timeout = 1');
    const ends = hanging.map(async (client, index) => {
      const sql = index % 4 < 2 ? `from read_csv('${pipe}')` : 'from range(sleep_ms(1000000)::int)';
      await client.query(sql);
    });
    const reasons = (await Promise.allSettled(ends)).map((it) => it.status === 'rejected' && it.reason.code);
    // Answered in time, although DuckDB goes on with those that it has begun.
    expect(new Set(reasons)).toEqual(new Set([status.DEADLINE_EXCEEDED]));

    const other = logIn('other');
    expect(await other.rows('select 1')).toEqual([[1]]);
    await other.update('create table t as from range(1000)');
    expect(await other.rows('select count(*) from t')).toEqual([[1000n]]);
    const login = logIn('other');
    expect((await login.handshake({})).headers?.get('authorization')).toHaveLength(1);

    for (const client of [...hanging, operator, other, login]) client.close();
    expect(await server.stop()).toBe(0);
    expect(server.said()).toContain('still being planned');
    const again = await startGizmoServer(['--database', join(folder, 'hung.duckdb')]);
    const reader = connectRaw(again.port, { authorization: basic(again.user, again.token) });
    expect(await reader.rows('select count(*) from t')).toEqual([[1000n]]);
    reader.close();
    expect(await again.stop()).toBe(0);
    rmSync(folder, { recursive: true, force: true });
  });
});
