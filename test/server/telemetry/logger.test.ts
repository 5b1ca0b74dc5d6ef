import { execFileSync } from 'node:child_process';
import {
  closeSync,
  constants,
  mkdtempSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
  statSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import {
  createLogger,
  type LogFormat,
  type Logger,
  type LogLevel,
} from '../../../src/server/telemetry/logger.js';

const directory = mkdtempSync(join(tmpdir(), 'gizmo-log-'));
afterAll(() => rmSync(directory, { recursive: true }));
let files = 0;

async function logged(level: LogLevel, format: LogFormat, write: (log: Logger) => void): Promise<string> {
  const file = join(directory, `${++files}.log`);
  const log = createLogger({ level, format, file, now: () => new Date(0) });
  write(log);
  await log.close();
  expect(statSync(file).mode & 0o077).toBe(0);
  return readFileSync(file, 'utf8');
}

describe('logger', () => {
  it('writes text with fields, leaving out undefined ones', async () => {
    const text = await logged('info', 'text', (log) =>
      log.info('login', { user: 'ann', peer: '127.0.0.1:1', role: undefined }),
    );
    expect(text).toBe('1970-01-01T00:00:00.000Z INFO - login user=ann peer=127.0.0.1:1\n');
  });

  it('is not begun where its file cannot be opened', () => {
    const file = join(directory, 'nowhere', 'a.log');
    expect(() => createLogger({ level: 'info', format: 'text', file, now: () => new Date(0) })).toThrow(
      expect.objectContaining({ code: 'USAGE', message: expect.stringContaining('--log-file') }),
    );
  });

  it('keeps every event on one line, whatever it holds', async () => {
    const forged = 'x\n1970-01-01T00:00:00.000Z INFO login user=root';
    const text = await logged('info', 'text', (log) => log.warning(forged, { user: forged }));
    expect(text.trimEnd().split('\n')).toHaveLength(1);
  });

  it.each(['text', 'json'] as const)('commands no terminal that shows it (%s)', async (format) => {
    const said = 'ann\u009b31m\u202egnp\u2028\u001b[2J';
    const text = await logged('info', format, (log) => log.warning(said, { user: said }));
    expect(text).not.toMatch(/[\u001b\u0080-\u009f\u2028\u202e]/);
    expect(text).toContain('\\u009b31m');
    if (format === 'json') expect(JSON.parse(text).user).toBe(said);
  });

  it('writes JSON', async () => {
    const text = await logged('debug', 'json', (log) => log.debug('call', { ms: 3, ok: true }));
    expect(JSON.parse(text)).toEqual({
      ts: '1970-01-01T00:00:00.000Z',
      lvl: 'debug',
      pid: process.pid,
      msg: 'call',
      ms: 3,
      ok: true,
    });
  });

  it('leaves out what is below its level', async () => {
    const text = await logged('warning', 'text', (log) => {
      log.debug('a');
      log.info('b');
      log.warning('c');
      log.error('d');
    });
    expect(text.match(/[A-Z]+ - [a-d]$/gm)).toEqual(['WARNING - c', 'ERROR - d']);
    expect(await logged('off', 'text', (log) => log.error('d'))).toBe('');
  });

  it('cuts a field of a megabyte', async () => {
    const text = await logged('info', 'text', (log) => log.info('statement', { sql: 'x'.repeat(1_000_000) }));
    expect(text.length).toBeLessThan(17_000);
    expect(text).toContain('1000000 characters');
  });

  it('does not wait for somebody to read a named pipe, and writes to one that is read', async () => {
    const pipe = join(directory, 'pipe');
    execFileSync('mkfifo', [pipe]);
    const options = { level: 'info', format: 'text', file: pipe, now: () => new Date(0) } as const;
    expect(() => createLogger(options)).toThrowError(/nobody reads this pipe yet/);
    const reader = openSync(pipe, constants.O_RDONLY | constants.O_NONBLOCK);
    const log = createLogger(options);
    log.info('hello');
    await log.close();
    const read = Buffer.alloc(100);
    expect(read.toString('utf8', 0, readSync(reader, read))).toMatch(/INFO - hello\n$/);
    closeSync(reader);
  });
});
