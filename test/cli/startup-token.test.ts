import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findCredentials } from '../../src/cli/credentials.js';
import { userRuntimeDirectory } from '../../src/cli/runtime-directory.js';
import { writeRuntimeFile } from '../../src/runtime-file.js';

const runtime = mkdtempSync(join(tmpdir(), 'gizmo-token-'));
const before = process.env.XDG_RUNTIME_DIR;
beforeAll(() => {
  process.env.XDG_RUNTIME_DIR = runtime;
  const info = { pid: process.pid, host: '127.0.0.1', port: 4711, user: 'ann', token: 'gzs_x', tls: false };
  writeRuntimeFile(info, userRuntimeDirectory());
});
afterAll(() => {
  if (before === undefined) delete process.env.XDG_RUNTIME_DIR;
  else process.env.XDG_RUNTIME_DIR = before;
  rmSync(runtime, { recursive: true });
});

const find = (host: string) =>
  findCredentials(
    {
      host,
      port: 4711,
      tls: 'plain',
      connectTimeoutMs: 1000,
      username: undefined,
      uriPassword: undefined,
      authType: 'password',
    },
    {},
    {},
  );

describe('the start-up token', () => {
  it('goes to the address its server listens on, and not to what else localhost may mean', async () => {
    expect(await find('localhost')).toMatchObject({ kind: 'bearer', token: 'gzs_x', host: '127.0.0.1' });
    expect(await find('127.0.0.1')).toMatchObject({ kind: 'bearer', host: '127.0.0.1' });
  });

  it.each(['::1', '127.0.0.2', 'db.example.com'])('is not offered to %s', async (host) => {
    expect(await find(host)).toEqual({ kind: 'none' });
  });
});
