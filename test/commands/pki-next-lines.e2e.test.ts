/** The lines that `gizmo pki init` prints are ones that work, as they stand. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, expect, it } from 'vitest';
import { hasTool } from '../pki/tools.js';
import { runGizmo } from '../support/run-gizmo.js';

const root = mkdtempSync(join(tmpdir(), 'gizmo-lines-'));
const env = { ...process.env, XDG_RUNTIME_DIR: root };
let server: ChildProcess | undefined;
afterAll(async () => {
  if (server !== undefined && server.exitCode === null && server.kill()) await once(server, 'close');
  rmSync(root, { recursive: true, force: true });
});

async function sh(line: string): Promise<string> {
  return (await promisify(execFile)('sh', ['-c', line], { env })).stdout;
}

/** Starts the server on any free port and answers that. */
async function listen(line: string): Promise<string> {
  const child = spawn('sh', ['-c', `exec ${line} --port 0`], { env, stdio: ['ignore', 'ignore', 'pipe'] });
  server = child;
  let said = '';
  for await (const text of child.stderr.setEncoding('utf8').iterator({ destroyOnReturn: false })) {
    said += text;
    const port = /listens on grpc\+tls:\/\/\S+:(\d+)/.exec(said)?.[1];
    if (port !== undefined) {
      child.stderr.resume();
      return port;
    }
  }
  throw new Error(`The server ended:\n${said}`);
}

it('from nothing to a query over mutual TLS', async () => {
  const { stdout } = await runGizmo(['pki', 'init', '--dir', join(root, 'pki')]);
  const lines = stdout
    .replaceAll('\\\n', '')
    .split('\n')
    .map((line) => line.trim());
  const find = (part: string) => lines.find((line) => line.includes(part)) ?? `false ${part}`;
  await sh(find('pki issue localhost'));
  await sh(find('pki issue --client analyst'));
  const port = await listen(find('server start --tls'));
  expect(await sh(`${find('client --host')} --port ${port} -tA -c "select 40 + 2"`)).toBe('42\n');
  if (hasTool('curl', 'install curl'))
    expect(await sh(find('curl --silent').replaceAll('31337', port))).toBe('415\n');
});
