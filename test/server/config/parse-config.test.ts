import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { parseConfig, type RawServerSettings } from '../../../src/server/config/parse-config.js';

const directory = mkdtempSync(join(tmpdir(), 'gizmo-config-'));
afterAll(() => rmSync(directory, { recursive: true }));
const passwordFile = join(directory, 'password');
writeFileSync(passwordFile, 'from file\n');

describe('parseConfig', () => {
  it('is secure by default', () => {
    expect(parseConfig({}, {})).toMatchObject({
      hostname: '127.0.0.1',
      port: 31337,
      allowInsecure: false,
      database: undefined,
      username: 'gizmosql_user',
      password: undefined,
      secretKey: undefined,
      allowExtensions: false,
      limits: { queryTimeoutMs: 0 },
      log: { level: 'info', format: 'text', file: undefined },
    });
  });

  it.each<[string, RawServerSettings, RegExp]>([
    ['an address beyond loopback without TLS', { hostname: '0.0.0.0' }, /--allow-insecure/],
    ['a name that is not localhost', { hostname: 'db.example.com' }, /--allow-insecure/],
    ['the reserved user', { username: 'token' }, /reserved/],
    ['a user with a colon', { username: 'a:b' }, /':'/],
    ['an empty user', { username: '' }, /--username/],
    ['an empty password', { password: '' }, /empty/],
    ['two passwords', { password: 'a', 'password-file': passwordFile }, /Keep one/],
    [
      'a password file that is missing',
      { 'password-file': join(directory, 'none') },
      /--password-file: cannot read/,
    ],
    ['a short secret key', { 'secret-key': 'short' }, /at least 16/],
    ['another backend', { backend: 'sqlite' }, /duckdb/],
    ['a memory limit that is no size', { 'memory-limit': 'wat' }, /4GB/],
    ['read-only and no database', { readonly: true }, /--database/],
    ['a port out of range', { port: 70_000 }, /--port 70000/],
    ['a negative time', { 'query-timeout': -1 }, /--query-timeout/],
    ['an unknown log level', { 'log-level': 'loud' }, /one of debug/],
    ['a log level that is a property of objects', { 'log-level': 'constructor' }, /one of debug/],
    ['an init file that is missing', { 'init-sql-commands-file': '/nowhere/x.sql' }, /cannot read/],
  ])('refuses %s and names the fix', (_, raw, sentence) => {
    expect(() => parseConfig(raw, {})).toThrow(
      expect.objectContaining({ code: 'USAGE', message: expect.stringMatching(sentence) }),
    );
  });

  it('listens beyond loopback when told that this is safe', () => {
    expect(parseConfig({ hostname: '0.0.0.0', 'allow-insecure': true }, {}).hostname).toBe('0.0.0.0');
  });

  it.each(['localhost', '127.0.0.1', '127.8.9.1', '::1'])('takes %s for loopback', (hostname) => {
    expect(parseConfig({ hostname }, {}).hostname).toBe(hostname);
  });

  it('reads the password from a file without its last newline', () => {
    expect(parseConfig({ 'password-file': passwordFile }, {}).password).toBe('from file');
  });

  it('counts in milliseconds what flags count in seconds', () => {
    const config = parseConfig({ 'query-timeout': 5, 'session-idle-timeout': 60 }, {});
    expect([config.limits.queryTimeoutMs, config.sessionIdleTimeoutMs]).toEqual([5000, 60_000]);
  });

  it.each<[RawServerSettings, number]>([
    [{}, 10_000],
    [{ 'graceful-shutdown': true }, 300_000],
    [{ 'shutdown-grace-period-seconds': 7 }, 7000],
    [{ 'graceful-shutdown': true, 'shutdown-grace-period-seconds': 0 }, 0],
  ])('gives statements time at shutdown: %j', (raw, graceMs) => {
    expect(parseConfig(raw, {}).shutdownGraceMs).toBe(graceMs);
  });

  it.each([
    [undefined, 2],
    ['4', 2],
    ['16', 8],
    ['64', 48],
  ])('keeps threads of a pool of %s free for others', (poolSize, callsMax) => {
    expect(parseConfig({}, { UV_THREADPOOL_SIZE: poolSize }).engineCallsMax).toBe(callsMax);
  });

  it('takes :memory: and an empty path for no file', () => {
    expect(parseConfig({ database: ':memory:' }, {}).database).toBeUndefined();
    expect(parseConfig({ database: '' }, {}).database).toBeUndefined();
  });
});
