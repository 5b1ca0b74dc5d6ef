/**
 * The file by which a server tells clients of the same user on the same machine how to reach and enter it:
 * `<runtime dir>/gizmo/<port>.json`, mode 0600 in a directory of mode 0700.
 */
import {
  closeSync,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { isAlive, isErrno, unlinkIfPresent } from './errno.js';
import { GizmoError } from './errors.js';

/**
 * Writes the file, replacing one that a dead server left. `remove` deletes it again, unless another server has
 * replaced it since; it is safe to call at exit and more than once.
 * @throws GizmoError FAILED_PRECONDITION where the directory belongs to someone else or is open to others
 */
export function writeRuntimeFile(info: RuntimeInfo, directory: string): RuntimeFile {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  if (!isPrivate(lstatSync(directory), 0o077))
    throw new GizmoError(
      'FAILED_PRECONDITION',
      `The directory ${directory} must belong to you and be closed to others (chmod 700).`,
    );
  const path = join(directory, `${info.port}.json`);
  const draft = `${path}.${info.pid}.tmp`;
  const text = JSON.stringify(info);
  unlinkIfPresent(draft);
  writeFileSync(draft, text, { mode: 0o600, flag: 'wx' });
  renameSync(draft, path);
  return { path, remove: () => removeIfSame(path, text) };
}

/**
 * What a running server of this user wrote about itself, for a loopback host only. Files that others own or
 * can read are not trusted; one whose process is gone is removed.
 */
export function findRuntimeFile(host: string, port: number, directory: string): RuntimeInfo | undefined {
  if (!isLoopback(host)) return undefined;
  const path = join(directory, `${port}.json`);
  const text = readPrivateFile(directory, path);
  const info = text === undefined ? undefined : parseInfo(text);
  if (text === undefined || info === undefined || info.port !== port) return undefined;
  if (isAlive(info.pid)) return info;
  removeIfSame(path, text);
  return undefined;
}

/** The same for the server that this process is; undefined where it is none of this user's. */
export function findServerOfProcess(pid: number, directory: string): RuntimeInfo | undefined {
  let names: string[];
  try {
    names = readdirSync(directory);
  } catch {
    return undefined; // Nobody has started a server here yet.
  }
  for (const name of names) {
    const port = /^(\d+)\.json$/.exec(name)?.[1];
    const info = port === undefined ? undefined : findRuntimeFile('localhost', Number(port), directory);
    if (info?.pid === pid) return info;
  }
  return undefined;
}

/** For the others: `$XDG_RUNTIME_DIR/gizmo`, or `gizmo-<uid>` in the directory for temporary files. */
export function runtimeDirectory(xdgRuntimeDir: string | undefined): string {
  if (xdgRuntimeDir !== undefined && xdgRuntimeDir !== '') return join(xdgRuntimeDir, 'gizmo');
  const { uid, username } = userInfo();
  return join(tmpdir(), `gizmo-${uid >= 0 ? uid : username}`);
}

/** Whether a host name can only mean this machine. */
export function isLoopback(host: string): boolean {
  const name = host.toLowerCase().replace(/^\[(.*)\]$/, '$1');
  return name === 'localhost' || name === '::1' || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(name);
}

export interface RuntimeInfo {
  readonly pid: number;
  /** The address the server listens on, as its operator wrote it. */
  readonly host: string;
  readonly port: number;
  readonly user: string;
  /** The start-up token; absent where another way in is configured. */
  readonly token?: string;
  readonly tls: boolean;
  /** PEM certificates to trust for this server, of a development PKI that it made by itself. */
  readonly roots?: string;
  /** Hex SHA-256 of the server's SubjectPublicKeyInfo: who shows it is the server that wrote this file. */
  readonly pin?: string;
}

export interface RuntimeFile {
  readonly path: string;
  remove(): void;
}

const FILE_BYTES_MAX = 64 * 1024;

/** Windows has neither owners nor modes here; there the user's own directory is what protects the file. */
function isPrivate(stats: { readonly uid: number; readonly mode: number }, forbidden: number): boolean {
  if (process.getuid === undefined) return true;
  return stats.uid === process.getuid() && (stats.mode & forbidden) === 0;
}

/** Looks at what it has opened, not at the name again, so that nobody can swap the file in between. */
function readPrivateFile(directory: string, path: string): string | undefined {
  let file: number;
  try {
    const stats = lstatSync(directory);
    if (!stats.isDirectory() || !isPrivate(stats, 0o077)) return undefined;
    file = openSync(path, 'r');
  } catch {
    return undefined; // No such server is the usual case.
  }
  try {
    const stats = fstatSync(file);
    if (!stats.isFile() || stats.size > FILE_BYTES_MAX || !isPrivate(stats, 0o077)) return undefined;
    return readFileSync(file, 'utf8');
  } finally {
    closeSync(file);
  }
}

function parseInfo(text: string): RuntimeInfo | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined; // Not ours, so not an offer.
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const fields = new Map<string, unknown>(Object.entries(value));
  const [pid, host, port] = [fields.get('pid'), fields.get('host'), fields.get('port')];
  const [user, tls] = [fields.get('user'), fields.get('tls')];
  if (typeof pid !== 'number' || !Number.isSafeInteger(pid) || pid <= 0 || typeof port !== 'number')
    return undefined;
  if (typeof host !== 'string' || typeof user !== 'string') return undefined;
  const texts: { token?: string; roots?: string; pin?: string } = {};
  for (const name of ['token', 'roots', 'pin'] as const) {
    const value = fields.get(name);
    if (typeof value === 'string') texts[name] = value;
    else if (value !== undefined) return undefined;
  }
  return { pid, host, port, user, tls: tls === true, ...texts };
}

function removeIfSame(path: string, text: string): void {
  try {
    if (readFileSync(path, 'utf8') === text) unlinkSync(path);
  } catch (error) {
    if (!isErrno(error, 'ENOENT')) throw error;
  }
}
