/** PKCS#5 PBES2 (RFC 8018): PBKDF2 with HMAC-SHA-256, AES-256-CBC. For keys at rest and PKCS#12. */
import { createCipheriv, type KeyObject, pbkdf2Sync, randomBytes } from 'node:crypto';
import { toPem } from './pem.js';

/**
 * An encrypted private key as PEM (`ENCRYPTED PRIVATE KEY`, PKCS#8). Node's own export stops at 2,048 iterations,
 * which an attacker who has the file tries through in no time.
 */
export function encryptPrivateKey(key: KeyObject, passphrase: string): string {
  const plain = key.export({ type: 'pkcs8', format: 'der' });
  const { algorithm, encrypted } = encryptPbes2(plain, passphrase);
  return toPem('ENCRYPTED PRIVATE KEY', sequence(algorithm, tagged(OCTET_STRING, encrypted)));
}

/** A private key as it is, PEM (`PRIVATE KEY`, PKCS#8). */
export function exportPrivateKey(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }).toString();
}

/** `algorithm` is the DER of the AlgorithmIdentifier that says how to decrypt. */
export function encryptPbes2(
  plain: Uint8Array,
  passphrase: string,
): { algorithm: Buffer; encrypted: Buffer } {
  const [salt, iv] = [randomBytes(16), randomBytes(16)];
  const key = pbkdf2Sync(passphrase, salt, ITERATIONS, 32, 'sha256');
  const cipher = createCipheriv('aes-256-cbc', key, iv);
  const count = Buffer.from([ITERATIONS >> 16, (ITERATIONS >> 8) & 0xff, ITERATIONS & 0xff]);
  const derivation = sequence(
    PBKDF2,
    sequence(tagged(OCTET_STRING, salt), tagged(INTEGER, count), sequence(HMAC_SHA256, NULL)),
  );
  return {
    algorithm: sequence(PBES2, sequence(derivation, sequence(AES256_CBC, tagged(OCTET_STRING, iv)))),
    encrypted: Buffer.concat([cipher.update(plain), cipher.final()]),
  };
}

/** OWASP's figure for PBKDF2 with HMAC-SHA-256: a quarter of a second. As three bytes it is a positive INTEGER. */
const ITERATIONS = 600_000;

const SEQUENCE = 0x30;
const INTEGER = 0x02;
const OCTET_STRING = 0x04;

const NULL = Buffer.from([5, 0]);
const PBES2 = Buffer.from('06092a864886f70d01050d', 'hex'); // 1.2.840.113549.1.5.13
const PBKDF2 = Buffer.from('06092a864886f70d01050c', 'hex'); // 1.2.840.113549.1.5.12
const HMAC_SHA256 = Buffer.from('06082a864886f70d0209', 'hex'); // 1.2.840.113549.2.9
const AES256_CBC = Buffer.from('060960864801650304012a', 'hex'); // 2.16.840.1.101.3.4.1.42

function sequence(...parts: readonly Uint8Array[]): Buffer {
  return tagged(SEQUENCE, Buffer.concat(parts));
}

/** One DER element: tag, length, content. */
function tagged(tag: number, content: Uint8Array): Buffer {
  const { length } = content;
  const bytes =
    length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...bytes]), content]);
}
