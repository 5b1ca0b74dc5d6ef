/** PEM (RFC 7468) in and out, and DER where a file holds that. Bytes in, objects out; no files. */
import { X509Certificate } from 'node:crypto';
import { GizmoError } from '../errors.js';

/**
 * Every block in the order it stands in; text around blocks is skipped, as RFC 7468 §2 wants.
 * @param source names the text in errors: a path, "standard input"
 * @throws GizmoError USAGE for a block that does not end or is not base64
 */
export function readPemBlocks(text: string, source: string): PemBlock[] {
  const blocks: PemBlock[] = [];
  let rest = 0;
  for (const begin of text.matchAll(BEGIN)) {
    if (begin.index < rest) continue;
    const label = begin[1]!;
    const start = begin.index + begin[0].length;
    const end = text.indexOf(`-----END ${label}-----`, start);
    if (end < 0) throw new GizmoError('USAGE', `${source} is cut off: its block "${label}" does not end.`);
    blocks.push({
      label,
      der: decodeBody(text.slice(start, end), label, source),
      text: text.slice(begin.index, end + label.length + 14),
    });
    rest = end;
  }
  return blocks;
}

export interface PemBlock {
  /** What stands behind BEGIN: `CERTIFICATE`, `PRIVATE KEY`, … */
  readonly label: string;
  /** Empty for keys encrypted in OpenSSL's old way, whose bytes mean nothing without their headers. */
  readonly der: Buffer;
  /** The block itself, from BEGIN to END. */
  readonly text: string;
}

/** One block, lines of 64 characters, with a newline at its end. */
export function toPem(label: string, der: Uint8Array): string {
  const body = Buffer.from(der)
    .toString('base64')
    .replace(/.{64}(?=.)/g, '$&\n');
  return `-----BEGIN ${label}-----\n${body}\n-----END ${label}-----\n`;
}

/**
 * All certificates of a PEM file, or the one of a DER file; at least one.
 * @throws GizmoError USAGE that says what the file holds instead
 */
export function readCertificates(bytes: Uint8Array, source: string): X509Certificate[] {
  const ders = isDer(bytes)
    ? [Buffer.from(bytes)]
    : readLabelled(bytes, source, CERTIFICATE_LABELS, 'certificate');
  return ders.map((der) => {
    try {
      return new X509Certificate(der);
    } catch (cause) {
      throw new GizmoError('USAGE', `${source} holds no readable certificate: ${reasonOf(cause)}.`, {
        cause,
      });
    }
  });
}

/**
 * The DER of all blocks with one of the labels; at least one.
 * @param what names the thing that is looked for
 */
export function readLabelled(
  bytes: Uint8Array,
  source: string,
  labels: readonly string[],
  what: string,
): Buffer[] {
  const blocks = readPemBlocks(decodeText(bytes), source);
  const found = blocks.filter(({ label }) => labels.includes(label)).map(({ der }) => der);
  if (found.length > 0) return found;
  throw new GizmoError('USAGE', `${source} holds no ${what}${describeContent(bytes, blocks)}.`);
}

/** Whether bytes can be DER of what Gizmo reads: each of these is a SEQUENCE. */
export function isDer(bytes: Uint8Array): boolean {
  const [tag, length = 0] = bytes;
  // Text may begin with the digit 0, which is the same byte.
  return tag === 0x30 && (length >= 0x80 ? bytes.length > 2 : bytes.length === length + 2);
}

/** Text of a file that should hold PEM; a byte order mark is skipped. */
export function decodeText(bytes: Uint8Array): string {
  return Buffer.from(bytes)
    .toString('latin1')
    .replace(/^(\xef\xbb\xbf)/, '');
}

/** OpenSSL's sentence without its numbers. */
export function reasonOf(cause: unknown): string {
  const message = cause instanceof Error ? cause.message : String(cause);
  return message
    .replace(/^error:[0-9A-F]*:/i, '')
    .replace(/^[^:]*::/, '')
    .replace(/\.$/, '');
}

const BEGIN = /-----BEGIN ([A-Z0-9 ]{1,60})-----/g;
const CERTIFICATE_LABELS = ['CERTIFICATE', 'X509 CERTIFICATE', 'TRUSTED CERTIFICATE'];

function decodeBody(body: string, label: string, source: string): Buffer {
  if (/^\s*Proc-Type:/.test(body)) return Buffer.alloc(0);
  const base64 = body.replace(/\s+/g, '');
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(base64) || base64.length % 4 === 1)
    throw new GizmoError('USAGE', `${source} is damaged: its block "${label}" is not base64.`);
  return Buffer.from(base64, 'base64');
}

function describeContent(bytes: Uint8Array, blocks: readonly PemBlock[]): string {
  if (bytes.length === 0) return ': it is empty';
  if (blocks.length === 0) return isDer(bytes) ? ' in PEM form' : ': it is not PEM (-----BEGIN …-----)';
  const kinds = new Set(blocks.map(({ label }) => nounOf(label)));
  return `, only ${[...kinds].join(' and ')}`;
}

function nounOf(label: string): string {
  if (label.endsWith('PRIVATE KEY')) return 'a private key';
  if (label.endsWith('PUBLIC KEY')) return 'a public key';
  if (label.endsWith('CERTIFICATE REQUEST')) return 'a certificate request (CSR)';
  if (label === 'X509 CRL') return 'a revocation list (CRL)';
  return CERTIFICATE_LABELS.includes(label) ? 'certificates' : `"${label}"`;
}
