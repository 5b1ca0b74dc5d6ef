/** Private and public keys: making, reading, writing, and whether they are strong enough. */
import {
  createPrivateKey,
  createPublicKey,
  type ECKeyPairOptions,
  type ED25519KeyPairOptions,
  generateKeyPairSync,
  type KeyObject,
  type RSAKeyPairOptions,
} from 'node:crypto';
import { GizmoError } from '../errors.js';
import { decodeText, isDer, readPemBlocks, reasonOf } from './pem.js';

/** Kinds of keys that can be made. P-256 is what every TLS client takes; Ed25519 is refused by many. */
export const KEY_KINDS = ['p256', 'p384', 'p521', 'rsa2048', 'rsa3072', 'rsa4096', 'ed25519'] as const;

export type KeyKind = (typeof KEY_KINDS)[number];

/** @throws GizmoError USAGE that lists the kinds */
export function parseKeyKind(text: string): KeyKind {
  const kind = KEY_KINDS.find((each) => each === text.toLowerCase().replaceAll('-', ''));
  if (kind !== undefined) return kind;
  throw new GizmoError('USAGE', `There is no key kind "${text}". The kinds: ${KEY_KINDS.join(', ')}.`);
}

/**
 * A fresh private key. RSA takes up to some seconds.
 *
 * Taken over as bytes: in Node 20 the job that made a key shares a lock with it, and a garbage collection that frees
 * the job while the key's details are read waits for that lock for ever.
 */
export function generateKey(kind: KeyKind): KeyObject {
  return createPrivateKey({ key: generateDer(kind), format: 'der', type: 'pkcs8' });
}

function generateDer(kind: KeyKind): Buffer {
  const encoding: EncodingOptions = {
    publicKeyEncoding: { type: 'spki', format: 'der' },
    privateKeyEncoding: { type: 'pkcs8', format: 'der' },
  };
  switch (kind) {
    case 'p256':
    case 'p384':
    case 'p521':
      return generateEc({ namedCurve: kind.replace('p', 'P-'), ...encoding });
    case 'ed25519':
      return generateKeyPairSync('ed25519', encoding).privateKey;
    default:
      return generateRsa({ modulusLength: Number(kind.slice(3)), ...encoding });
  }
}

type EncodingOptions = ED25519KeyPairOptions<'der', 'der'>;

function generateEc(options: ECKeyPairOptions<'der', 'der'>): Buffer {
  return generateKeyPairSync('ec', options).privateKey;
}

function generateRsa(options: RSAKeyPairOptions<'der', 'der'>): Buffer {
  return generateKeyPairSync('rsa', options).privateKey;
}

/**
 * The private key of a PEM file (PKCS#8, SEC 1, PKCS#1) or DER file (PKCS#8), encrypted or not.
 * @param passphrase called only where the key is encrypted; without it such a key is an error
 * @throws GizmoError USAGE for a file without a key, UNAUTHENTICATED for a wrong passphrase
 */
export function readPrivateKey(bytes: Uint8Array, source: string, passphrase?: string): KeyObject {
  if (isDer(bytes)) return parseKey(source, { key: Buffer.from(bytes), format: 'der', type: 'pkcs8' });
  const text = decodeText(bytes);
  const block = readPemBlocks(text, source).find(({ label }) => label.endsWith('PRIVATE KEY'));
  if (block === undefined)
    throw new GizmoError('USAGE', `${source} holds no private key (-----BEGIN PRIVATE KEY-----).`);
  if (!isEncryptedKey(bytes)) return parseKey(source, { key: block.text, format: 'pem' });
  if (passphrase === undefined)
    throw new GizmoError('USAGE', `The key in ${source} is encrypted and needs its passphrase.`);
  try {
    return createPrivateKey({ key: block.text, format: 'pem', passphrase });
  } catch (cause) {
    throw new GizmoError('UNAUTHENTICATED', `The passphrase does not open the key in ${source}.`, { cause });
  }
}

/** Whether the first private key of a PEM file needs a passphrase. */
export function isEncryptedKey(bytes: Uint8Array): boolean {
  const text = decodeText(bytes);
  return /-----BEGIN ENCRYPTED PRIVATE KEY-----|-----BEGIN [A-Z ]*PRIVATE KEY-----\s*Proc-Type:[^\n]*ENCRYPTED/.test(
    text,
  );
}

/** Whether a private key is the one a certificate or public key was made for. */
export function isKeyPair(privateKey: KeyObject, publicKey: KeyObject): boolean {
  // Not by KeyObject.equals: on keys of different types it leaves an error behind that the next key read throws.
  return toSpki(createPublicKey(privateKey)).equals(toSpki(publicKey));
}

/** In words: `P-256`, `RSA 3072`, `Ed25519`. */
export function describeKey(key: KeyObject): string {
  const { asymmetricKeyType: type = 'unknown', asymmetricKeyDetails: details } = key;
  if (type === 'rsa') return `RSA ${details?.modulusLength}`;
  if (type === 'ec') return CURVES.get(details?.namedCurve ?? '') ?? `curve ${details?.namedCurve}`;
  return type === 'ed25519' ? 'Ed25519' : type;
}

/** Why a key must not be certified (CA/Browser Forum BR 6.1.5 and 6.1.6, and Ed25519); undefined where it may. */
export function findWeakness(key: KeyObject): string | undefined {
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = key;
  if (type === 'ed25519') return undefined;
  if (type === 'ec')
    return CURVES.has(details?.namedCurve ?? '')
      ? undefined
      : `its curve ${details?.namedCurve} is none of P-256, P-384 and P-521`;
  if (type !== 'rsa') return `keys of type ${type} do not serve TLS`;
  const { modulusLength = 0, publicExponent = 0n } = details ?? {};
  if (modulusLength < 2048) return `RSA with ${modulusLength} bits is too short; 2048 is the least`;
  if (modulusLength % 8 !== 0) return `RSA with ${modulusLength} bits is not a multiple of 8`;
  if (publicExponent < 65_537n || publicExponent % 2n === 0n)
    return `its RSA exponent ${publicExponent} is none that is safe`;
  return undefined;
}

function toSpki(publicKey: KeyObject): Buffer {
  return publicKey.export({ type: 'spki', format: 'der' });
}

const CURVES = new Map([
  ['prime256v1', 'P-256'],
  ['secp384r1', 'P-384'],
  ['secp521r1', 'P-521'],
]);

function parseKey(source: string, input: Parameters<typeof createPrivateKey>[0]): KeyObject {
  try {
    return createPrivateKey(input);
  } catch (cause) {
    throw new GizmoError('USAGE', `The private key in ${source} cannot be read: ${reasonOf(cause)}.`, {
      cause,
    });
  }
}
