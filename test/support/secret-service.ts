/** A session bus of its own with gnome-keyring on it, as a desktop has them. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { which } from './which.js';

/** Absence is said aloud and counts as skipped tests; where GIZMO_REQUIRE_INTEROP=1 says so, it is an error. */
export function hasKeychainPrograms(): boolean {
  const missing = ['dbus-daemon', 'dbus-send', 'gnome-keyring-daemon'].filter(
    (program) => which(program) === undefined,
  );
  if (missing.length === 0) return true;
  const message = `The keychain is not tested: there is no ${missing.join(', no ')} (.ci/install-keychain).`;
  if (process.env.GIZMO_REQUIRE_INTEROP === '1') throw new Error(message);
  process.stderr.write(`SKIPPED: ${message}\n`);
  return false;
}

/** A bus on which nothing can be reached unless it is started, gnome-keyring not even by its name. */
export async function startSessionBus(): Promise<SessionBus> {
  const folder = mkdtempSync(join(tmpdir(), 'gizmo-bus-'));
  const config = join(folder, 'bus.conf');
  writeFileSync(
    config,
    `<busconfig><type>session</type><listen>unix:dir=${folder}</listen>${POLICY}</busconfig>`,
  );
  const daemon = spawn('dbus-daemon', [`--config-file=${config}`, '--nofork', '--print-address'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const [address] = await once(daemon.stdout, 'data');
  return new SessionBus(folder, daemon, String(address).trim());
}

/** Made by {@link startSessionBus}. */
export class SessionBus {
  readonly address: string;
  readonly #folder: string;
  readonly #daemon: ChildProcess;
  #keyring: ChildProcess | undefined;

  constructor(folder: string, daemon: ChildProcess, address: string) {
    this.#folder = folder;
    this.#daemon = daemon;
    this.address = address;
  }

  /** What a program is told of the bus, and of nothing of the one who runs the tests. */
  get env(): Record<string, string> {
    const { PATH = '' } = process.env;
    return {
      PATH,
      HOME: this.#folder,
      XDG_RUNTIME_DIR: this.#folder,
      DBUS_SESSION_BUS_ADDRESS: this.address,
    };
  }

  /** With a default collection that is open; without a password it has none. */
  async startKeyring(password?: string): Promise<void> {
    const unlock = password === undefined ? [] : ['--unlock'];
    this.#keyring = spawn('gnome-keyring-daemon', ['--foreground', '--components=secrets', ...unlock], {
      env: this.env,
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    this.#keyring.stdin?.end(password ?? '');
    while (!this.#ownsName()) await new Promise((done) => setTimeout(done, 50));
  }

  /** As the screen saver of a desktop does. */
  lock(): void {
    const collection = 'array:objpath:/org/freedesktop/secrets/collection/login';
    this.#send(
      'org.freedesktop.secrets',
      '/org/freedesktop/secrets',
      'org.freedesktop.Secret.Service.Lock',
      collection,
    );
  }

  /** From here on it takes calls and answers none. */
  stall(): void {
    this.#keyring?.kill('SIGSTOP');
  }

  async stop(): Promise<void> {
    for (const child of [this.#keyring, this.#daemon])
      if (child?.exitCode === null && child.signalCode === null) {
        child.kill('SIGKILL');
        await once(child, 'exit');
      }
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #ownsName(): boolean {
    const answer = this.#send(
      'org.freedesktop.DBus',
      '/org/freedesktop/DBus',
      'org.freedesktop.DBus.NameHasOwner',
      'string:org.freedesktop.secrets',
    );
    return answer.includes('boolean true');
  }

  #send(destination: string, path: string, method: string, argument: string): string {
    const args = ['--session', '--print-reply', `--dest=${destination}`, path, method, argument];
    return spawnSync('dbus-send', args, { env: this.env, encoding: 'utf8' }).stdout;
  }
}

const POLICY =
  '<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy>';
