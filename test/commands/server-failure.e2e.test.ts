import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { connectRaw, type RawClient } from '../support/raw-client.js';
import { GIZMO } from '../support/root.js';

const directory = mkdtempSync(join(tmpdir(), 'gizmo-failure-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

interface Failing {
  /** Makes the hook throw, in the thread it was told to. */
  readonly die: () => void;
  readonly said: () => string;
  /** Resolves once the server is started. */
  readonly client: () => Promise<RawClient>;
  readonly ended: Promise<number | null>;
  readonly runtimeFiles: () => string[];
  readonly stop: () => Promise<number | null>;
}

let runs = 0;

/** SQL of a start that gives the order itself and then would take for ever. */
const dieAtStart = (order: string) => [
  '--init-sql-commands',
  `copy (select 1) to '${order}'; select sum(i) from range(1000000000000) t(i)`,
];

/** A server in which the main thread or the engine's throws as soon as it is told to, which its `args` may do. */
function startFailing(
  thread: 'main' | 'engine',
  args: (order: string) => readonly string[] = () => [],
): Failing {
  const runtime = join(directory, String(++runs));
  const order = `${runtime}.die`;
  const hook = `${runtime}.cjs`;
  writeFileSync(
    hook,
    `const { isMainThread } = require('node:worker_threads');
     const { existsSync } = require('node:fs');
     if (isMainThread === ${thread === 'main'}) {
       const timer = setInterval(() => {
         if (!existsSync(${JSON.stringify(order)})) return;
         clearInterval(timer);
         throw new Error('died as told');
       }, 20);
       timer.unref();
     }`,
  );
  const env = { ...process.env, XDG_RUNTIME_DIR: runtime, NODE_OPTIONS: `--require ${hook}` };
  return watch(
    spawn(process.execPath, [GIZMO, 'server', 'start', '--port', '0', ...args(order)], { env }),
    runtime,
    () => writeFileSync(order, ''),
  );
}

function watch(child: ChildProcess, runtime: string, die: () => void): Failing {
  let said = '';
  const folder = join(runtime, 'gizmo');
  const runtimeFiles = () =>
    existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.json')) : [];
  const ended = once(child, 'close').then(() => child.exitCode);
  const started = new Promise<void>((resolve, reject) => {
    const listen = (chunk: Buffer) => {
      said += chunk;
      if (said.includes('gizmo server - started')) resolve();
    };
    child.stdout?.on('data', listen);
    child.stderr?.on('data', listen);
    ended.then(() => reject(new Error(`it ended:\n${said}`)));
  });
  started.catch(() => undefined);
  return {
    die,
    said: () => said,
    ended,
    runtimeFiles,
    stop() {
      child.kill('SIGTERM');
      return ended;
    },
    async client() {
      await started;
      const { port, token } = JSON.parse(readFileSync(join(folder, runtimeFiles()[0] ?? ''), 'utf8'));
      return connectRaw(port, { authorization: `Bearer ${token}` });
    },
  };
}

describe('when the engine thread dies', () => {
  it('the server ends with exit code 1, the reason, and nothing left behind', async () => {
    const server = startFailing('engine');
    const client = await server.client();
    expect(await client.rows('select 1')).toEqual([[1]]);
    server.die();
    expect(await server.ended).toBe(1);
    expect(server.said()).toContain('The database engine failed');
    expect(server.said()).toContain('died as told');
    expect(server.runtimeFiles()).toEqual([]);
    client.close();
  });

  it('a start that it interrupts fails the same way, and is not called a wrong database', async () => {
    const server = startFailing('engine', dieAtStart);
    expect(await server.ended).toBe(1);
    expect(server.said()).toContain('The engine thread died');
    expect(server.said()).toContain('died as told');
    expect(server.said()).not.toContain('Cannot open');
  });
});

describe('an exception that nobody caught', () => {
  it('ends the server in order: what was committed is stored, exit code 1, the reason in the log', async () => {
    const database = join(directory, 'uncaught.duckdb');
    const server = startFailing('main', () => ['--database', database]);
    const client = await server.client();
    await client.rows('create table t as select 42 as i');
    server.die();
    expect(await server.ended).toBe(1);
    expect(server.said()).toContain('An unexpected error ends the server');
    expect(server.said()).toContain('died as told');
    expect(server.said()).toContain('gizmo server - stopped');
    expect(existsSync(`${database}.wal`)).toBe(false);
    expect(server.runtimeFiles()).toEqual([]);
    client.close();
  });

  it('ends a server that is only starting', async () => {
    const server = startFailing('main', dieAtStart);
    expect(await server.ended).toBe(1);
    expect(server.said()).toContain('the server could not start');
    expect(server.said()).toContain('died as told');
  });
});

// A file that cannot grow: the system's own limit, whose signal the server must ignore to see the error.
const LIMIT = `trap '' XFSZ; ulimit -f 2048; exec "$0" "$@"`;

describe.skipIf(process.platform === 'win32')('a FATAL error of DuckDB', () => {
  it('ends the server with exit code 1 and the reason, and a start anew has what was committed', async () => {
    const database = join(directory, 'fatal.duckdb');
    const start = (command: string, args: readonly string[]) => {
      const runtime = join(directory, String(++runs));
      const env = { ...process.env, XDG_RUNTIME_DIR: runtime };
      const line = [GIZMO, 'server', 'start', '--port', '0', '--database', database];
      return watch(spawn(command, [...args, ...line], { env }), runtime, () => {});
    };
    const server = start('/bin/sh', ['-c', LIMIT, process.execPath]);
    const client = await server.client();
    await client.rows('create table t as select random() as r from range(100000)');
    await expect(client.rows('checkpoint')).rejects.toThrow(/UNAVAILABLE.*FATAL Error/);
    expect(await server.ended).toBe(1);
    expect(server.said()).toContain('The database engine failed: FATAL Error: Failed to create checkpoint');
    expect(server.runtimeFiles()).toEqual([]);
    client.close();

    const again = start(process.execPath, []);
    const reader = await again.client();
    expect(await reader.rows('select count(*)::integer from t')).toEqual([[100000]]);
    reader.close();
    await again.stop();
  });

  it('cannot be feigned by a statement', async () => {
    const server = startFailing('engine');
    const client = await server.client();
    const text = 'FATAL Error: database has been invalidated';
    await expect(client.rows(`select error('${text}')`)).rejects.toThrow(text);
    expect(await client.rows('select 1')).toEqual([[1]]);
    client.close();
    await server.stop();
  });
});
