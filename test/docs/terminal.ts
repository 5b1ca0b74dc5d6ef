/** A folder in which the commands of one page run, in order, as somebody would type them. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { GIZMO, ROOT } from '../support/root.js';

/** Inside the checkout, so that JavaScript finds its packages; the port of the pages is replaced by a free one. */
export async function openTerminal(): Promise<Terminal> {
  mkdirSync(join(ROOT, '.cache'), { recursive: true });
  const folder = mkdtempSync(join(ROOT, '.cache', 'docs-'));
  mkdirSync(join(folder, 'bin'));
  writeFileSync(join(folder, 'bin', 'gizmo'), `#!/bin/sh\nexec "${process.execPath}" "${GIZMO}" "$@"\n`, {
    mode: 0o755,
  });
  writeFileSync(join(folder, 'session.sh'), '');
  return new Terminal(folder, await freePort());
}

export class Terminal {
  readonly #folder: string;
  readonly #port: number;
  readonly #env: NodeJS.ProcessEnv;
  #server: ChildProcess | undefined;

  constructor(folder: string, port: number) {
    this.#folder = folder;
    this.#port = port;
    this.#env = {
      ...process.env,
      PATH: `${join(folder, 'bin')}:${process.env.PATH}`,
      GIZMO_PORT: String(port),
      XDG_RUNTIME_DIR: folder,
      XDG_STATE_HOME: folder,
      XDG_CONFIG_HOME: folder,
      XDG_DATA_HOME: folder,
    };
  }

  /** Runs a block of shell commands. One that ends with `gizmo server start` starts a server that stays. */
  async bash(text: string): Promise<string> {
    const lines = text
      .trimEnd()
      .replaceAll(/\\\n\s*/g, '')
      .split('\n');
    const server = /^gizmo server start\b/.test(lines.at(-1) ?? '') ? lines.pop() : undefined;
    const { stdout } = await this.#run('bash', ['-c', session(lines.join('\n'))]);
    if (server !== undefined) await this.#startServer(server);
    return stdout;
  }

  /** Runs statements on the server of the page. */
  sql(text: string): Promise<string> {
    writeFileSync(join(this.#folder, 'block.sql'), text);
    return this.bash('gizmo client -f block.sql');
  }

  /** Runs a program by `interpreter`. */
  async program(interpreter: string, extension: string, text: string): Promise<string> {
    const path = join(this.#folder, `block.${extension}`);
    writeFileSync(path, text.replaceAll('31337', String(this.#port)));
    return (await this.#run(interpreter, [path])).stdout;
  }

  async close(): Promise<void> {
    await this.#stopServer();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #run(program: string, args: readonly string[]): Promise<{ stdout: string }> {
    const given = args.map((arg) => arg.replaceAll('31337', String(this.#port)));
    const running = promisify(execFile)(program, given, {
      cwd: this.#folder,
      env: this.#env,
      timeout: 180_000,
    });
    running.child.stdin?.end();
    return running;
  }

  async #startServer(command: string): Promise<void> {
    await this.#stopServer();
    // Clients of the page then mean this user, as somebody who had set it up once.
    const user = /--username (\S+)/.exec(command)?.[1];
    if (user !== undefined) this.#env.GIZMO_USER = user;
    const server = spawn('bash', ['-c', `. ./session.sh; exec ${command}`], {
      cwd: this.#folder,
      env: this.#env,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    this.#server = server;
    let said = '';
    for await (const chunk of server.stderr) {
      said += String(chunk);
      if (said.includes('gizmo server - started')) break;
    }
    if (!said.includes('gizmo server - started')) throw new Error(`${command} did not start:\n${said}`);
  }

  async #stopServer(): Promise<void> {
    const server = this.#server;
    if (server === undefined || server.exitCode !== null) return;
    this.#server = undefined;
    server.kill('SIGTERM');
    await once(server, 'close');
  }
}

/** What a block exports is there in the next one. */
function session(text: string): string {
  return `set -eo pipefail\n. ./session.sh\n${text}\nexport -p >session.sh`;
}

async function freePort(): Promise<number> {
  const probe = createServer();
  probe.listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}
