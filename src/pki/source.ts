/** What a file, standard input or a live host shows: certificates, a key, a request, a revocation list. */
import { createPrivateKey, createPublicKey, type KeyObject, X509Certificate } from 'node:crypto';
import { GizmoError } from '../errors.js';
import { decodeText, isDer, type PemBlock, readCertificates, readPemBlocks, reasonOf } from './pem.js';
import { isPresent, readInput } from './store.js';

/** What was found; `bytes` where it needs a reader of its own. */
export type Source =
  | { readonly kind: 'certificates'; readonly chain: readonly X509Certificate[] }
  | { readonly kind: 'key'; readonly key: KeyObject }
  | { readonly kind: 'request' | 'crl'; readonly bytes: Buffer };

/**
 * Reads a file, `-` for standard input, or `host:port` and `https://host` for what a live server shows.
 * @param passphrase asked for where all that is there is an encrypted key
 * @throws GizmoError USAGE where nothing is recognized, UNAVAILABLE where a host does not answer
 */
export async function readSource(place: string, passphrase: AskForKey): Promise<Source> {
  const address = place === '-' || isPresent(place) ? undefined : parseAddress(place);
  if (address !== undefined) {
    const { fetchChain } = await import('./live.js');
    return { kind: 'certificates', chain: await fetchChain(address.host, address.port) };
  }
  const bytes = readInput(place, 'the file');
  const shown = place === '-' ? 'Standard input' : place;
  return isDer(bytes) ? readDer(bytes, shown) : readPem(bytes, shown, passphrase);
}

type AskForKey = (prompt: string) => Promise<string>;

/** `host:port`, `[address]:port` or a URL with a host; undefined for anything else. Gizmo's port where none is given. */
export function parseAddress(text: string): { readonly host: string; readonly port: number } | undefined {
  const isUrl = /^[a-z][a-z0-9+.-]*:\/\//i.test(text);
  if (!isUrl && !/^(\[[0-9a-f:.]+\]|[^\s/:@]+):\d{1,5}$/i.test(text)) return undefined;
  const http = isUrl ? text.replace(/^[^:]+/, 'http') : `http://${text}`;
  if (!URL.canParse(http)) return undefined;
  const standard = /^https:/i.test(text) ? 443 : 31_337;
  const explicit = /:(\d{1,5})(?:[/?#]|$)/.exec(text.replace(/^[a-z][a-z0-9+.-]*:\/\//i, ''))?.[1];
  return { host: new URL(http).hostname.replace(/^\[(.*)\]$/, '$1'), port: Number(explicit ?? standard) };
}

function readDer(bytes: Buffer, source: string): Source {
  const attempts: readonly (() => Source)[] = [
    () => ({ kind: 'certificates', chain: [new X509Certificate(bytes)] }),
    () => ({ kind: 'key', key: createPublicKey({ key: bytes, format: 'der', type: 'spki' }) }),
    () => ({
      kind: 'key',
      key: createPublicKey(createPrivateKey({ key: bytes, format: 'der', type: 'pkcs8' })),
    }),
  ];
  for (const attempt of attempts)
    try {
      return attempt();
    } catch {
      // The next form.
    }
  // What both begin with: SEQUENCE { SEQUENCE { INTEGER. A request's integer is its version 0, a list's is 1.
  const version = /^30(?:[0-7].|8[1-4](?:..){1,4}?)30(?:[0-7].|8[1-4](?:..){1,4}?)0201(..)/.exec(
    bytes.toString('hex'),
  )?.[1];
  if (version === undefined)
    throw new GizmoError('USAGE', `${source} holds no certificate, key, request or revocation list.`);
  return { kind: version === '00' ? 'request' : 'crl', bytes };
}

async function readPem(bytes: Buffer, source: string, passphrase: AskForKey): Promise<Source> {
  const blocks = readPemBlocks(decodeText(bytes), source);
  const find = (pattern: RegExp) => blocks.find(({ label }) => pattern.test(label));
  if (find(/CERTIFICATE$/) !== undefined)
    return { kind: 'certificates', chain: readCertificates(bytes, source) };
  if (find(/CERTIFICATE REQUEST$/) !== undefined) return { kind: 'request', bytes };
  if (find(/^X509 CRL$/) !== undefined) return { kind: 'crl', bytes };
  const key = find(/PUBLIC KEY$/) ?? find(/PRIVATE KEY$/);
  if (key !== undefined) return { kind: 'key', key: await readKey(key, bytes, source, passphrase) };
  readCertificates(bytes, source); // Throws, and says what is there instead.
  throw new GizmoError('USAGE', `${source} holds no certificate, key, request or revocation list.`);
}

async function readKey(
  { label, text }: PemBlock,
  bytes: Buffer,
  source: string,
  passphrase: AskForKey,
): Promise<KeyObject> {
  if (label.endsWith('PRIVATE KEY')) {
    const { isEncryptedKey, readPrivateKey } = await import('./key.js');
    const secret = isEncryptedKey(bytes) ? await passphrase(`Passphrase of ${source}: `) : undefined;
    return createPublicKey(readPrivateKey(bytes, source, secret));
  }
  try {
    return createPublicKey(text);
  } catch (cause) {
    throw new GizmoError('USAGE', `The public key in ${source} cannot be read: ${reasonOf(cause)}.`, {
      cause,
    });
  }
}
