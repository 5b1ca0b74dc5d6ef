import { appendFile, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isWorthRemembering, remember } from '../../../src/client/repl/history.js';
import { openHistory } from '../../../src/client/repl/history-file.js';

describe('remember', () => {
  it('moves a repeated statement to the end', () => {
    expect(remember(['a;', 'b;'], 'a;')).toEqual(['b;', 'a;']);
  });

  it('keeps the newest 10,000', () => {
    let history: string[] = Array.from({ length: 10_000 }, (_, index) => `select ${index};`);
    history = remember(history, 'new;');
    expect(history).toHaveLength(10_000);
    expect(history[0]).toBe('select 1;');
  });
});

describe('isWorthRemembering', () => {
  it.each([
    'select 1;',
    'select token, password from users;',
    "select 'x' as a;",
    'create table secrets_of_state (a int);',
    '.tables',
  ])('keeps %j', (statement) => {
    expect(isWorthRemembering(statement)).toBe(true);
  });

  it.each([
    '',
    '  ',
    ' select 1;',
    "CREATE SECRET s (TYPE s3, KEY_ID 'a', SECRET 'b');",
    'create or replace persistent secret if not exists s (type s3);',
    "create user u password 'x';",
    "ALTER USER u WITH PASSWORD /* hidden */ = 'x';",
    "set http_proxy_password = 'x';",
    "attach 'host=h password=x' as pg (type postgres);",
    "attach 'postgres://u:p@h/db';",
    'set my_token to $$abc$$;',
    'set s3_secret_access_key = "abc";',
    'alter user u password abc;',
    "attach 'a.db' (encryption_key abc);",
    `select '${'x'.repeat(70_000)}';`,
  ])('keeps out %j', (statement) => {
    expect(isWorthRemembering(statement)).toBe(false);
  });
});

describe('the history file', () => {
  let directory: string;
  let path: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'gizmo-history-'));
    path = join(directory, 'state', 'history');
  });
  afterEach(() => rm(directory, { recursive: true }));

  it('gives back statements of several lines', async () => {
    const history = await openHistory(path);
    await history.add('select 1,\n  2;');
    expect((await openHistory(path)).entries).toEqual(['select 1,\n  2;']);
  });

  it.skipIf(process.platform === 'win32')('is readable by nobody else', async () => {
    await (await openHistory(path)).add('select 1;');
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect((await stat(join(directory, 'state'))).mode & 0o777).toBe(0o700);
  });

  it('holds what two shells add', async () => {
    const [one, two] = [await openHistory(path), await openHistory(path)];
    await one.add('select 1;');
    await two.add('select 2;');
    await one.add('select 3;');
    expect((await openHistory(path)).entries).toEqual(['select 1;', 'select 2;', 'select 3;']);
  });

  it('passes over torn and foreign lines', async () => {
    await (await openHistory(path)).add('select 1;');
    await appendFile(path, '"torn\nnot json\n42\n');
    expect((await openHistory(path)).entries).toEqual(['select 1;']);
  });

  it('works without a file it may write', async () => {
    await writeFile(join(directory, 'state'), 'a file where the directory should be');
    const history = await openHistory(path);
    await history.add('select 1;');
    expect(history.entries).toEqual(['select 1;']);
  });

  it('is shortened when it has grown long', async () => {
    const history = await openHistory(path);
    await history.add('select 0;');
    await appendFile(path, '"select 1;"\n'.repeat(25_000));
    expect((await openHistory(path)).entries).toEqual(['select 0;', 'select 1;']);
    expect((await readFile(path, 'utf8')).split('\n')).toHaveLength(3);
  });
});
