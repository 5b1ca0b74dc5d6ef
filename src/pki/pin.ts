/**
 * Pins: SHA-256 over the DER of a SubjectPublicKeyInfo (RFC 7469 §2.4). They name a key, so they outlive a renewal
 * that keeps it. Equal to `openssl pkey -pubin -outform DER | openssl dgst -sha256`.
 */
import { createHash, createPublicKey, type KeyObject, timingSafeEqual, X509Certificate } from 'node:crypto';
import { GizmoError } from '../errors.js';

/** The pin of a certificate's key, of a public key, or of the public half of a private key; 32 bytes. */
export function spkiPin(of: X509Certificate | KeyObject): Buffer {
  const key = of instanceof X509Certificate ? of.publicKey : of;
  const publicKey = key.type === 'private' ? createPublicKey(key) : key;
  return createHash('sha256')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest();
}

/** The forms in which programs write the same pin. */
export const PIN_FORMATS = ['hex', 'curl', 'okhttp', 'hpkp', 'base64'] as const;

export type PinFormat = (typeof PIN_FORMATS)[number];

/** `hex` as in quicSQL, `curl` for --pinnedpubkey, `okhttp`, `hpkp` as in RFC 7469, bare `base64` as in Chromium. */
export function formatPin(pin: Uint8Array, format: PinFormat): string {
  const base64 = Buffer.from(pin).toString('base64');
  switch (format) {
    case 'hex':
      return Buffer.from(pin).toString('hex');
    case 'curl':
      return `sha256//${base64}`;
    case 'okhttp':
      return `sha256/${base64}`;
    case 'hpkp':
      return `pin-sha256="${base64}"`;
    case 'base64':
      return base64;
  }
}

/**
 * Reads any of these forms; in hex, colons may stand between the bytes.
 * @throws GizmoError USAGE for anything that is no SHA-256
 */
export function parsePin(text: string): Buffer {
  const hex = text.replace(/:/g, '');
  if (/^[0-9a-f]{64}$/i.test(hex)) return Buffer.from(hex, 'hex');
  const base64 = /^(?:sha256\/\/?|pin-sha256=)?"?([A-Za-z0-9+/]{43}=)"?$/.exec(text)?.[1];
  const pin = Buffer.from(base64 ?? '', 'base64');
  if (pin.length === 32) return pin;
  throw new GizmoError(
    'USAGE',
    `"${text}" is no pin: a pin is 64 hex digits or sha256//BASE64, as gizmo pki spki prints it.`,
  );
}

/** Compares in constant time. */
export function pinsEqual(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}
