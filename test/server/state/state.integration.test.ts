import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { status } from '@grpc/grpc-js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openSmallEngine } from '../../../src/server/engine/open-engine.js';
import { openState, type State } from '../../../src/server/state/open-state.js';
import { logIn } from '../../support/raw-client.js';
import { startTestServer } from '../../support/start-test-server.js';

let folder: string;
let opened: State[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gizmo-state-'));
  opened = [];
});
afterEach(async () => {
  for (const state of opened) await state.close();
  rmSync(folder, { recursive: true, force: true });
});

async function open(path?: string, options: { optional?: boolean; served?: string; told?: () => void } = {}) {
  const { optional = false, served, told = () => {} } = options;
  const state = await openState(path === undefined ? undefined : { path, optional }, served, told);
  opened.push(state);
  return state;
}

const mode = (path: string) => statSync(path).mode & 0o777;

describe('the state directory', () => {
  it('is closed to others, and so are its files', async () => {
    const path = join(folder, 'x.duckdb.gizmo');
    const state = await open(path);
    expect(mode(path)).toBe(0o700);
    expect(mode(join(path, 'state.db'))).toBe(0o600);
    expect(mode(join(path, 'secret.key'))).toBe(0o600);
    expect(state.directory).toBe(path);
  });

  it('keeps the key and what was written, through a close and a new open', async () => {
    const path = join(folder, 's');
    const first = await open(path);
    await first.database.write(['insert into suspensions values ($1, $2)', "o'ann", 5n]);
    await first.close();
    const second = await open(path);
    expect(second.secretKey).toBe(first.secretKey);
    expect(second.secretKey).toBe(readFileSync(join(path, 'secret.key'), 'utf8').trim());
    expect(second.secretKey).toHaveLength(43);
    expect(await second.database.read('select name, since_ms from suspensions')).toEqual([["o'ann", 5n]]);
  });

  it('gives a new user nothing of who had the name before', async () => {
    const { accounts, database } = await open();
    const token = { id: '0123456789ab', digest: new Uint8Array(32), owner: 'ann', role: 'admin' } as const;
    await accounts.createToken({ ...token, createdMs: 1, expiresMs: undefined });
    const ann = { name: 'ann', role: 'user', password: undefined, generation: 'x', createdMs: 2 } as const;
    await accounts.createUser(ann);
    expect(accounts.token(token.id)).toBeUndefined();
    expect(await database.read('select id from tokens')).toEqual([]);
  });

  it('writes all of the changes or none', async () => {
    const { database } = await open();
    await expect(
      database.write(
        ['insert into suspensions values ($1, 1)', 'ann'],
        ['insert into suspensions values ($1, 1)', 'ann'],
      ),
    ).rejects.toThrow(/Constraint Error/);
    expect(await database.read('select * from suspensions')).toEqual([]);
    await database.write(['insert into suspensions values ($1, 1)', 'ann']);
    expect(await database.read('select name from suspensions where name = $1', 'ann')).toEqual([['ann']]);
  });

  it('in memory leaves no file, and has another key each time', async () => {
    const [first, second] = [await open(), await open()];
    expect(first.directory).toBeUndefined();
    expect(first.secretKey).not.toBe(second.secretKey);
  });

  it.each([
    ['open to others', (path: string) => mkdirSync(path, { mode: 0o755 }), 'chmod 700'],
    ['a file', (path: string) => symlinkSync('/dev/null', path), 'is no directory'],
  ])('is refused where it is %s', async (_, make, reason) => {
    const path = join(folder, 's');
    make(path);
    await expect(open(path)).rejects.toMatchObject({
      code: 'USAGE',
      message: expect.stringContaining(reason),
    });
  });

  it('is refused where its folder is missing, with the flag to change', async () => {
    await expect(open(join(folder, 'none', 's'))).rejects.toMatchObject({
      code: 'USAGE',
      message: expect.stringMatching(/no folder to make .* in\. Name another directory with --state-dir/),
    });
  });

  it('of a server that only reads may be missing, but not once it is there', async () => {
    let told = 0;
    const missing = join(folder, 'none', 's');
    const state = await open(missing, { optional: true, told: () => told++ });
    expect([state.directory, told, existsSync(missing)]).toEqual([undefined, 1, false]);
    const there = join(folder, 's');
    mkdirSync(there, { mode: 0o755 });
    await expect(open(there, { optional: true, told: () => told++ })).rejects.toMatchObject({
      code: 'USAGE',
    });
    expect(told).toBe(1);
  });

  it('is refused with a key that others can read, or that is none', async () => {
    const path = join(folder, 's');
    await (await open(path)).close();
    chmodSync(join(path, 'secret.key'), 0o644);
    await expect(open(path)).rejects.toMatchObject({ message: expect.stringContaining('chmod 600') });
  });

  it('is refused to a second server with the process id of the first', async () => {
    const path = join(folder, 's');
    await open(path);
    symlinkSync(path, join(folder, 'other-name'));
    for (const name of [path, join(folder, 'other-name')]) {
      await expect(open(name)).rejects.toMatchObject({
        code: 'USAGE',
        message: expect.stringContaining(`the server with process id ${process.pid} uses the directory`),
      });
    }
  });

  it('is no database to serve', async () => {
    const path = join(folder, 's');
    await (await open(path)).close();
    symlinkSync(join(path, 'state.db'), join(folder, 'link.db'));
    await expect(open(path, { served: join(folder, 'link.db') })).rejects.toMatchObject({
      message: expect.stringContaining('no database to serve'),
    });
  });

  it('that a newer version has written is left alone', async () => {
    const path = join(folder, 's');
    const state = await open(path);
    await state.database.write(['update version set version = 999']);
    await state.close();
    await expect(open(path)).rejects.toMatchObject({
      code: 'USAGE',
      message: expect.stringContaining('a newer version of gizmo has written it'),
    });
    const engine = await openSmallEngine(join(path, 'state.db'));
    await engine.close();
  });
});

describe('the state of a server', () => {
  it('is reached by no SQL, an administrator’s neither', async () => {
    const database = join(folder, 's.duckdb');
    const server = await startTestServer({ database });
    const admin = await logIn(server.address.port);
    try {
      for (const sql of [
        `attach '${database}.gizmo/state.db' as stolen`,
        `select * from read_text('${database}.gizmo/secret.key')`,
        `copy (select 1) to '${database}.gizmo/state.db'`,
        'from users',
        'from state.main.users',
      ]) {
        const denied = sql.startsWith('from') ? status.NOT_FOUND : status.PERMISSION_DENIED;
        const code = sql.includes('state.main') ? expect.any(Number) : denied;
        await expect(admin.query(sql)).rejects.toMatchObject({ code });
        await expect(admin.prepare(sql)).rejects.toMatchObject({ code });
        await expect(admin.update(`select 1; ${sql}`)).rejects.toMatchObject({ code });
      }
      expect(await admin.rows('select count(*) from gizmo_users()')).toEqual([[0n]]);
    } finally {
      admin.close();
      await server.stop();
    }
  });
});
