/**
 * The program that touches the keychain: one request as JSON on standard input, one answer on standard output. A
 * process of its own, because a call to a keychain that does not answer can be left only by ending the process.
 */
import type { Entry } from '@napi-rs/keyring';
import type { KeychainAnswer, KeychainRequest } from './keychain-store.js';
import { type Entries, splitLongSecrets } from './split-secret.js';

/** The name that keychains show, beside that of the server. */
const SERVICE = 'gizmo-sql';
/** Else Linux would take the kernel's keyring where there is no Secret Service, which forgets at the next start. */
const PINNED = { linux: { store: 'secret-service' } } as const;

main();

async function main(): Promise<void> {
  let input = '';
  for await (const chunk of process.stdin.setEncoding('utf8')) input += chunk;
  const request: KeychainRequest = JSON.parse(input);
  const keyring = await load();
  // From here on the keychain has three seconds; it may block this process at once.
  await new Promise((written) => process.stdout.write(' ', written));
  process.stdout.write(JSON.stringify(answer(keyring, request)));
}

/** Not for every system there is one. */
async function load() {
  return import('@napi-rs/keyring').catch((error: unknown) => ({ missing: messageOf(error) }));
}

function answer(
  keyring: Awaited<ReturnType<typeof load>>,
  { kind, account, secret, charactersMax }: KeychainRequest,
): KeychainAnswer {
  try {
    if ('missing' in keyring) return { error: keyring.missing };
    const open = (name: string) => new keyring.Entry(SERVICE, name, PINNED);
    const entries = charactersMax === undefined ? plain(open) : splitLongSecrets(plain(open), charactersMax);
    switch (kind) {
      case 'read':
        return { secret: entries.read(account) };
      case 'write':
        entries.write(account, secret ?? '');
        return {};
      case 'delete':
        return { deleted: entries.delete(account) };
    }
  } catch (error) {
    return { error: messageOf(error) };
  }
}

function plain(open: (account: string) => Entry): Entries {
  return {
    read: (account) => open(account).getPassword() ?? undefined,
    write: (account, secret) => open(account).setPassword(secret),
    delete: (account) => open(account).deletePassword(),
  };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
