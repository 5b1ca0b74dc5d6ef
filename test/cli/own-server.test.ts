import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, test, vi } from 'vitest';
import type { ConnectionTls } from '../../src/cli/connection-tls.js';
import { findOwnServer, resolveOwnTls } from '../../src/cli/own-server.js';
import { planClient } from '../../src/cli/plan-client.js';
import { userRuntimeDirectory } from '../../src/cli/runtime-directory.js';
import { type RuntimeInfo, writeRuntimeFile } from '../../src/runtime-file.js';

const runtime = mkdtempSync(join(tmpdir(), 'gizmo-own-'));
vi.stubEnv('XDG_RUNTIME_DIR', runtime);
const open: { remove(): void }[] = [];
afterEach(() => {
  for (const each of open.splice(0)) each.remove();
});
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(runtime, { recursive: true });
});

function run(info: Partial<RuntimeInfo>): void {
  const whole = { pid: process.pid, host: '127.0.0.1', port: 4712, user: 'ann', tls: true, ...info };
  open.push(writeRuntimeFile(whole, userRuntimeDirectory()));
}

describe('the TLS of a server that the same user runs', () => {
  const plain: ConnectionTls = { skipVerify: false };
  const roots = { ...plain, roots: Buffer.from('ca') };
  const pins = { ...plain, pins: ['ab'] };
  const own = { ...plain, roots: Buffer.from('other') };
  const both = { tls: true, roots: 'ca', pin: 'ab' };
  test.each<[ConnectionTls | 'off' | 'plain', Partial<RuntimeInfo>, ConnectionTls | undefined]>([
    ['plain', { tls: false }, undefined],
    ['plain', both, roots],
    ['plain', { pin: 'ab' }, pins],
    ['plain', {}, plain],
    ['off', both, undefined],
    [plain, both, roots],
    [plain, { tls: false }, plain],
    [own, both, own],
    [{ ...plain, pins: ['cd'] }, both, { ...plain, pins: ['cd'] }],
    [{ skipVerify: true }, both, { skipVerify: true }],
    [{ ...plain, serverName: 'db' }, both, { ...roots, serverName: 'db' }],
  ])('%j and a file that says %j', (asked, said, expected) => {
    run(said);
    expect(resolveOwnTls(asked, findOwnServer({ host: 'localhost', port: 4712 }))).toEqual(expected);
  });

  test.each(['::1', '127.0.0.2', 'db.example'])('says nothing of %s', (host) => {
    run(both);
    expect(findOwnServer({ host, port: 4712 })).toBeUndefined();
  });

  test('is verified for the name that was typed, though its token goes to its address', async () => {
    run({ ...both, token: 'gzs_x' });
    const plan = await planClient(['-p', '4712', '-c', 'select 1']);
    expect(plan.connection).toMatchObject({
      host: '127.0.0.1',
      tls: { serverName: 'localhost', roots: Buffer.from('ca') },
      credentials: { kind: 'bearer', token: 'gzs_x' },
    });
  });

  test('is looked up anew when the connection was lost', async () => {
    run({ ...both, token: 'gzs_x' });
    const plan = await planClient(['-p', '4712', '-c', 'select 1']);
    for (const each of open.splice(0)) each.remove();
    run({ pin: 'cd', token: 'gzs_y' });
    expect(await plan.reconnection()).toMatchObject({
      tls: { pins: ['cd'] },
      credentials: { token: 'gzs_y' },
    });
  });
});
