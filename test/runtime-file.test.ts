import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { findRuntimeFile, isLoopback, runtimeDirectory, writeRuntimeFile } from '../src/runtime-file.js';

let root: string;
let directory: string;
const info = { pid: process.pid, host: '127.0.0.1', port: 31337, user: 'u', token: 'secret', tls: false };

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'gizmo-test-'));
  directory = join(root, 'gizmo');
});
afterEach(() => rmSync(root, { recursive: true }));

describe('writeRuntimeFile', () => {
  test('writes 0600 into a directory of 0700 and finds it again', () => {
    const file = writeRuntimeFile(info, directory);
    expect(file.path).toBe(join(directory, '31337.json'));
    expect(statSync(file.path).mode & 0o777).toBe(0o600);
    expect(statSync(directory).mode & 0o777).toBe(0o700);
    expect(findRuntimeFile('localhost', 31337, directory)).toEqual(info);
  });

  test('carries what to trust where the server has TLS, and no token where there is none', () => {
    const { token: _, ...open } = info;
    const trusted = { ...open, tls: true, roots: '-----BEGIN CERTIFICATE-----', pin: 'ab'.repeat(32) };
    writeRuntimeFile(trusted, directory);
    expect(findRuntimeFile('localhost', 31337, directory)).toEqual(trusted);
  });

  test('remove deletes it, twice is fine, and a successor is left alone', () => {
    const first = writeRuntimeFile(info, directory);
    const second = writeRuntimeFile({ ...info, token: 'newer' }, directory);
    first.remove();
    expect(existsSync(second.path)).toBe(true);
    second.remove();
    second.remove();
    expect(existsSync(second.path)).toBe(false);
  });

  test('refuses a directory that others can enter', () => {
    writeRuntimeFile(info, directory);
    chmodSync(directory, 0o755);
    expect(() => writeRuntimeFile(info, directory)).toThrow(/chmod 700/);
  });
});

describe('findRuntimeFile', () => {
  test('knows nothing about other hosts and other ports', () => {
    writeRuntimeFile(info, directory);
    expect(findRuntimeFile('db.example', 31337, directory)).toBeUndefined();
    expect(findRuntimeFile('localhost', 31338, directory)).toBeUndefined();
  });

  test.each([
    ['file', (path: string) => chmodSync(path, 0o644)],
    ['directory', () => chmodSync(directory, 0o750)],
  ])('does not trust a %s that others can read', (_what, open) => {
    open(writeRuntimeFile(info, directory).path);
    expect(findRuntimeFile('localhost', 31337, directory)).toBeUndefined();
  });

  test('ignores and removes what a dead process left', () => {
    const { pid } = spawnSync(process.execPath, ['-e', '0']);
    const { path } = writeRuntimeFile({ ...info, pid }, directory);
    expect(findRuntimeFile('127.0.0.1', 31337, directory)).toBeUndefined();
    expect(existsSync(path)).toBe(false);
  });

  test.each([
    '',
    '[]',
    '{"pid":1}',
    '{',
    `{"pid":-1,"port":31337}`,
    JSON.stringify({ ...info, token: 1 }),
    JSON.stringify({ ...info, roots: {} }),
  ])('ignores %j', (text) => {
    const { path } = writeRuntimeFile(info, directory);
    writeFileSync(path, text);
    expect(findRuntimeFile('127.0.0.1', 31337, directory)).toBeUndefined();
    expect(readFileSync(path, 'utf8')).toBe(text);
  });
});

describe('runtimeDirectory', () => {
  test('prefers XDG_RUNTIME_DIR', () => {
    expect(runtimeDirectory('/run/user/7')).toBe(join('/run/user/7', 'gizmo'));
    expect(runtimeDirectory('')).toMatch(/gizmo-/);
  });
});

describe('isLoopback', () => {
  test.each([
    ['localhost', true],
    ['127.8.0.1', true],
    ['::1', true],
    ['[::1]', true],
    ['127.0.0.1.example.com', false],
    ['10.0.0.1', false],
  ])('of %s is %s', (host, expected) => expect(isLoopback(host)).toBe(expected));
});
