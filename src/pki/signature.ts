/** Signatures inside certificates, requests and revocation lists: their algorithm identifiers and node:crypto. */
import { type KeyObject, sign, verify } from 'node:crypto';
import { AlgorithmIdentifier } from '@peculiar/asn1-x509';

/** How a key signs: as BR 7.1.3.2 wants, the hash as strong as the curve; RSA with PKCS#1 v1.5 and SHA-256. */
export function signatureAlgorithm(key: KeyObject): AlgorithmIdentifier {
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = key;
  if (type === 'rsa') return new AlgorithmIdentifier({ algorithm: RSA_SHA256, parameters: DER_NULL });
  if (type === 'ed25519') return new AlgorithmIdentifier({ algorithm: ED25519 });
  const hash = details?.namedCurve === 'secp384r1' ? '3' : details?.namedCurve === 'secp521r1' ? '4' : '2';
  return new AlgorithmIdentifier({ algorithm: `${ECDSA_WITH_SHA2}.${hash}` });
}

/** ECDSA signatures come out as DER, which is what X.509 holds. */
export function signBytes(bytes: ArrayBuffer, key: KeyObject): ArrayBuffer {
  return toArrayBuffer(sign(HASHES.get(signatureAlgorithm(key).algorithm), Buffer.from(bytes), key));
}

/** False too for an algorithm that is unknown or too weak (SHA-1, MD5). Never throws. */
export function verifyBytes(
  bytes: ArrayBuffer,
  { algorithm }: AlgorithmIdentifier,
  signature: ArrayBuffer,
  publicKey: KeyObject,
): boolean {
  if (!HASHES.has(algorithm) || keyTypeOf(algorithm) !== publicKey.asymmetricKeyType) return false;
  try {
    return verify(HASHES.get(algorithm), Buffer.from(bytes), publicKey, Buffer.from(signature));
  } catch {
    return false; // A signature that cannot even be read does not match.
  }
}

/** A copy: what node:crypto answers may lie in a pool shared with others. */
export function toArrayBuffer(bytes: Uint8Array): ArrayBuffer {
  return new Uint8Array(bytes).buffer;
}

const RSA_PKCS1 = '1.2.840.113549.1.1';
const RSA_SHA256 = `${RSA_PKCS1}.11`;
const ECDSA_WITH_SHA2 = '1.2.840.10045.4.3';
const ED25519 = '1.3.101.112';

/** RFC 4055 §2.1: RSA's parameters are NULL, not absent. */
const DER_NULL = new Uint8Array([5, 0]).buffer;

/** Ed25519 hashes by itself. */
const HASHES = new Map<string, string | undefined>([
  [RSA_SHA256, 'sha256'],
  [`${RSA_PKCS1}.12`, 'sha384'],
  [`${RSA_PKCS1}.13`, 'sha512'],
  [`${ECDSA_WITH_SHA2}.2`, 'sha256'],
  [`${ECDSA_WITH_SHA2}.3`, 'sha384'],
  [`${ECDSA_WITH_SHA2}.4`, 'sha512'],
  [ED25519, undefined],
]);

function keyTypeOf(algorithm: string): string {
  if (algorithm.startsWith(RSA_PKCS1)) return 'rsa';
  return algorithm === ED25519 ? 'ed25519' : 'ec';
}
