/**
 * GizmoError to gRPC status and back. The status code is what every client understands; two trailers carry
 * what only ours asks for: the precise code and the position of a fault in the statement.
 */
import { Metadata } from '@grpc/grpc-js';
import { ERROR_CODES, type ErrorCode, errorClass, GizmoError, toGizmoError } from '../errors.js';

/**
 * What to end a call with on the server: `callback(toStatus(error))`, or `call.emit('error', toStatus(error))`
 * for a stream (never `call.destroy(error)`, which sends nothing). Anything but a GizmoError becomes a plain
 * INTERNAL sentence.
 */
export function toStatus(reason: unknown): FlightStatus {
  const error = toGizmoError(reason);
  const metadata = new Metadata();
  metadata.set(CODE_TRAILER, error.code);
  if (error.position !== undefined) metadata.set(POSITION_TRAILER, String(error.position));
  return { code: error.class.grpc, details: detailsOf(error), metadata };
}

/** Turns what a grpc-js client call failed with into a GizmoError with the server's own words. */
export function fromStatus(reason: unknown): GizmoError {
  if (reason instanceof GizmoError) return reason;
  if (!isStatus(reason)) return toGizmoError(reason);
  const code = readCode(reason);
  const position = readPosition(reason.metadata);
  return new GizmoError(code, readDetails(reason) || `The server answered ${code} without giving a reason.`, {
    cause: reason,
    ...(position === undefined ? {} : { position }),
  });
}

/** What a client is told of an error, within the size that every client takes. */
export function detailsOf({ message }: GizmoError): string {
  return cutDetails(message);
}

/** A gRPC status as grpc-js takes it from a handler. */
export interface FlightStatus {
  readonly code: number;
  readonly details: string;
  readonly metadata: Metadata;
}

const CODE_TRAILER = 'gizmo-error-code';
const POSITION_TRAILER = 'gizmo-error-position';

/**
 * Percent-encoded this is at most 6 KiB. Some clients drop a call's trailers above 8 KiB, and a header block
 * above 64 KiB stops the whole connection.
 */
const DETAILS_BYTES_MAX = 2048;
const ELLIPSIS = '…';

/** Through UTF-8 and back: grpc-js throws out of any handler on a lone surrogate, which becomes U+FFFD here. */
function cutDetails(text: string): string {
  // Three bytes a UTF-16 unit at most, so a longer text need not be encoded whole.
  const bytes = Buffer.from(text.slice(0, DETAILS_BYTES_MAX + 1));
  if (bytes.length <= DETAILS_BYTES_MAX) return bytes.toString();
  let end = DETAILS_BYTES_MAX - Buffer.byteLength(ELLIPSIS);
  // Not inside a character: continuation bytes are 10xxxxxx.
  while ((bytes[end]! & 0xc0) === 0x80) end--;
  return bytes.toString('utf8', 0, end) + ELLIPSIS;
}

/** What a call fails with, for grpc-js, when the peer resets its stream with REFUSED_STREAM (RFC 9113 §8.7). */
const WORDS_OF_GRPC_JS: ReadonlyMap<string, string> = new Map([
  ['Stream refused by server', 'The server takes no more calls: it is shutting down.'],
]);

interface StatusLike {
  readonly code: number;
  readonly details?: unknown;
  readonly message?: unknown;
  readonly metadata?: unknown;
}

function isStatus(reason: unknown): reason is StatusLike {
  return typeof reason === 'object' && reason !== null && 'code' in reason && typeof reason.code === 'number';
}

/** The trailer's code where it agrees with the status code, else the first code of that status. */
function readCode(status: StatusLike): ErrorCode {
  const precise = readTrailer(status.metadata, CODE_TRAILER);
  const candidates = ERROR_CODES.filter((code) => errorClass(code).grpc === status.code);
  return candidates.find((code) => code === precise) ?? candidates[0] ?? 'INTERNAL';
}

function readPosition(metadata: unknown): number | undefined {
  const text = readTrailer(metadata, POSITION_TRAILER);
  return text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}

function readTrailer(metadata: unknown, key: string): string | undefined {
  const value = metadata instanceof Metadata ? metadata.get(key)[0] : undefined;
  return typeof value === 'string' ? value : undefined;
}

function readDetails(status: StatusLike): string {
  if (typeof status.details === 'string') return WORDS_OF_GRPC_JS.get(status.details) ?? status.details;
  // The message of a grpc-js ServiceError repeats number and name of the code in front.
  return typeof status.message === 'string' ? status.message.replace(/^\d+ [A-Z_]+: /, '') : '';
}
