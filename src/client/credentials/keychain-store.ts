/** Secrets in the keychain of the system: Secret Service, macOS Keychain, Windows Credential Manager. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { GizmoError } from '../../errors.js';
import { OTHER_STORES } from './other-stores.js';
import type { SecretStore } from './secret-store.js';

/**
 * Each call is a process, which is ended where the keychain does not answer within three seconds.
 * @param charactersMax of one entry; longer secrets are split. What the system takes by default.
 */
export function keychainStore(
  charactersMax = process.platform === 'win32' ? WINDOWS_MAX : undefined,
): SecretStore {
  const place = PLACES[process.platform] ?? 'keychain';
  const ask = async (request: Omit<KeychainRequest, 'charactersMax'>): Promise<KeychainAnswer> => {
    const answer = await askProcess(charactersMax === undefined ? request : { ...request, charactersMax });
    if (answer.error === undefined) return answer;
    throw new GizmoError(
      'UNAUTHENTICATED',
      `The ${place} cannot be used: ${explain(answer.error)}. ${ADVICE[request.kind]}`,
      { detail: answer.error },
    );
  };
  return {
    kind: 'keychain',
    place,
    read: async (account) => (await ask({ kind: 'read', account })).secret,
    write: async (account, secret) => void (await ask({ kind: 'write', account, secret })),
    delete: async (account) => (await ask({ kind: 'delete', account })).deleted === true,
  };
}

export interface KeychainRequest {
  readonly kind: 'read' | 'write' | 'delete';
  readonly account: string;
  readonly secret?: string;
  readonly charactersMax?: number;
}

export interface KeychainAnswer {
  readonly secret?: string | undefined;
  readonly deleted?: boolean;
  /** In the words of the keychain. */
  readonly error?: string;
}

const ADVICE: Readonly<Record<KeychainRequest['kind'], string>> = {
  read: 'Log in again with --credential-store file to do without it.',
  write: OTHER_STORES,
  delete: 'What it keeps of this login stays there.',
};

const PLACES: Readonly<Record<string, string>> = {
  darwin: 'macOS Keychain',
  win32: 'Windows Credential Manager',
  linux: 'keychain (Secret Service)',
  freebsd: 'keychain (Secret Service)',
};
/** It takes 2,560 bytes of UTF-16. */
const WINDOWS_MAX = 1280;
const TIMEOUT_MS = 3000;
const START_TIMEOUT_MS = 15_000;
const ANSWER_CHARACTERS_MAX = 1 << 20;

/** Resolves with an error rather than to reject. */
function askProcess(request: KeychainRequest): Promise<KeychainAnswer> {
  const child = spawn(process.execPath, programArguments(), { stdio: 'pipe', windowsHide: true });
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const)
    child[name].setEncoding('utf8').on('data', (chunk: string) => {
      if (output[name].length < ANSWER_CHARACTERS_MAX) output[name] += chunk;
    });
  child.stdin.on('error', () => undefined); // It ended before it read; the answer says why.
  child.stdin.end(JSON.stringify(request));
  return new Promise((resolve) => {
    const giveUp = (): void => {
      child.kill('SIGKILL');
      resolve({ error: TIMED_OUT });
    };
    let timer = setTimeout(giveUp, START_TIMEOUT_MS);
    // The process says so by a first space when it turns to the keychain.
    child.stdout.once('data', () => {
      clearTimeout(timer);
      timer = setTimeout(giveUp, TIMEOUT_MS);
    });
    child.once('error', (error) => {
      clearTimeout(timer);
      resolve({ error: error.message });
    });
    child.once('close', () => {
      clearTimeout(timer);
      const lines = output.stderr.trim().split('\n');
      const error = lines.find((line) => /error/i.test(line)) ?? lines.at(-1);
      resolve(parseAnswer(output.stdout) ?? { error: error || 'it gave no answer' });
    });
  });
}

const TIMED_OUT = 'it did not answer within 3 seconds';

/** In one file, as the build makes it; else its modules. From source, as tests run it, TypeScript's own loader comes first. */
function programArguments(): string[] {
  const pathOf = (place: string) => fileURLToPath(new URL(place, import.meta.url));
  if (import.meta.url.endsWith('.ts')) return ['--import', 'tsx', pathOf('./keychain-process.ts')];
  const bundle = pathOf('../../hot/keychain-process.cjs');
  return [existsSync(bundle) ? bundle : pathOf('./keychain-process.js')];
}

function parseAnswer(text: string): KeychainAnswer | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // It ended in the middle.
  }
}

/** Why, in words for people; what the keychain says itself, where it is nothing known. */
function explain(error: string): string {
  return REASONS.find(([pattern]) => pattern.test(error))?.[1] ?? error.replace(/[.\s]+$/, '');
}

const REASONS: readonly (readonly [RegExp, string])[] = [
  [/did not (answer|receive a reply)/i, `${TIMED_OUT}; it may be locked and wait for you to open it`],
  [/prompt was dismissed|is locked/i, 'it is locked, and was not opened'],
  [
    /autolaunch|DBUS_SESSION_BUS_ADDRESS|session bus|connect to socket/i,
    'there is no session bus here to reach it by (SSH, container)',
  ],
  [
    /ServiceUnknown|was not provided by any/i,
    'no keychain runs here, such as gnome-keyring, KWallet or KeePassXC',
  ],
  [/no result found/i, 'it has no default collection'],
  [/Cannot find (native binding|module)/i, 'there is none for this system that Gizmo could use'],
];
