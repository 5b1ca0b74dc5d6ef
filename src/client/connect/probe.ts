/**
 * Finds out why a connection failed. grpc-js answers nearly every failure with "Failed to connect" or a deadline, so
 * the address is dialled once more by hand: TCP, TLS if asked for, then the opening bytes of HTTP/2.
 */

import { connect as connectTcp, type Socket } from 'node:net';
import { GizmoError, toGizmoError } from '../../errors.js';
import { isLoopback } from '../../runtime-file.js';
import type { ConnectOptions } from './options.js';
import { serverAddress } from './server-address.js';
import { TlsDialer } from './tls.js';
import { CLOSED, explainPlaintextPeer, isAlert, isClosed } from './tls-failure.js';

/**
 * A GizmoError UNAVAILABLE whose sentence names the cause and the remedy; undefined where the address answers as a
 * gRPC server should, so that the failure lies elsewhere. `dialer` is the TLS of the connection that failed.
 */
export async function probeServer(
  { host, port }: ConnectOptions,
  dialer: TlsDialer | undefined,
  timeoutMs = 3000,
): Promise<GizmoError | undefined> {
  const where = serverAddress(host, port);
  const outcome = await dial(host, port, dialer, timeoutMs);
  if (dialer === undefined && (await expectsTls(outcome, host, port, timeoutMs)))
    return new GizmoError(
      'UNAVAILABLE',
      `The server at ${where} expects TLS. Connect ${isLoopback(host) ? 'with --tls, and leave out --plaintext' : 'without --plaintext'}.`,
    );
  if (outcome.kind === 'refused') {
    const isPlaintext =
      !outcome.established &&
      isClosed(outcome.error.cause) &&
      (await dial(host, port, undefined, timeoutMs)).kind === 'http2';
    return isPlaintext ? new GizmoError('UNAVAILABLE', explainPlaintextPeer(where, host)) : outcome.error;
  }
  const sentence =
    outcome.kind === 'failed'
      ? (TCP_ERRORS.get(outcome.code) ?? ((at) => `Cannot connect to ${at}: ${outcome.message}.`))(where)
      : explainAnswer(outcome.kind, where);
  return sentence === undefined ? undefined : new GizmoError('UNAVAILABLE', sentence);
}

type Outcome =
  /** TCP did not come about. */
  | { readonly kind: 'failed'; readonly code: string; readonly message: string }
  /** TLS did not, or ended in an error. */
  | { readonly kind: 'refused'; readonly error: GizmoError; readonly established: boolean }
  | { readonly kind: Answer };

type Answer = 'http2' | 'http1' | 'tls' | 'other' | 'silent' | 'closed';

/** HTTP/2's connection preface and an empty SETTINGS frame (RFC 9113 §3.4, §6.5). */
const HTTP2_OPENING = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0', 'latin1');
const SETTINGS_FRAME = 4;
const TLS_ALERT = 21;
/** How long a TLS server may take to speak first, as those of HTTP/2 do. */
const FIRST_WORD_MS = 400;

function dial(
  host: string,
  port: number,
  dialer: TlsDialer | undefined,
  timeoutMs: number,
): Promise<Outcome> {
  return new Promise((resolve) => {
    const socket = connectTcp(port, host.replace(/^\[(.*)\]$/, '$1'));
    let connected = false;
    let opening: NodeJS.Timeout | undefined;
    const finish = (outcome: Outcome): void => {
      clearTimeout(timer);
      clearTimeout(opening);
      socket.destroy();
      resolve(outcome);
    };
    const timer = setTimeout(
      () => finish(connected ? { kind: 'silent' } : { kind: 'failed', code: 'ETIMEDOUT', message: '' }),
      timeoutMs,
    );
    const onError = (error: Error): void =>
      finish({ kind: 'failed', code: 'code' in error ? String(error.code) : '', message: error.message });
    const refuse = (error: unknown, established = false): void =>
      finish({ kind: 'refused', error: toGizmoError(error), established });
    const listen = (stream: Socket): void =>
      void stream.once('data', (bytes) => finish({ kind: classify(bytes) }));
    socket.once('connect', () => {
      connected = true;
      if (dialer === undefined) {
        listen(socket);
        socket.once('close', () => finish({ kind: 'closed' }));
        socket.write(HTTP2_OPENING);
        return;
      }
      dialer.secure(socket).then(
        (secured) => {
          listen(secured);
          secured.once('error', (error) => refuse(dialer.explain(error), true));
          secured.once('close', () => refuse(dialer.explain(new Error(CLOSED)), true));
          // Here a TLS 1.3 server refuses a client certificate; writing to it could lose its word (RFC 8446 §4.4.3).
          opening = setTimeout(() => secured.write(HTTP2_OPENING), FIRST_WORD_MS);
        },
        (error) => refuse(error),
      );
    });
    socket.once(
      'error',
      dialer === undefined ? onError : (error) => (connected ? undefined : onError(error)),
    );
  });
}

/** An alert proves a TLS server, whatever it is about; so does a handshake, or an answer to one. */
async function expectsTls(plain: Outcome, host: string, port: number, timeoutMs: number): Promise<boolean> {
  if (plain.kind === 'tls') return true;
  if (plain.kind !== 'closed' && plain.kind !== 'other') return false;
  const outcome = await dial(host, port, new TlsDialer(host, port, { skipVerify: true }), timeoutMs);
  if (outcome.kind === 'refused') return isAlert(outcome.error.cause);
  return outcome.kind !== 'failed';
}

function classify(bytes: Buffer): Answer {
  if (bytes.length >= 4 && bytes[3] === SETTINGS_FRAME) return 'http2';
  if (bytes[0] === TLS_ALERT) return 'tls';
  return bytes.subarray(0, 5).toString('latin1') === 'HTTP/' ? 'http1' : 'other';
}

function explainAnswer(answer: Answer, where: string): string | undefined {
  switch (answer) {
    case 'http2':
      return undefined;
    case 'http1':
      return `A web server answers at ${where}, not Flight SQL. Check the port; Gizmo's default is 31337.`;
    case 'silent':
      return `${where} accepts the connection and stays silent. Check the port and whether the server is well.`;
    case 'closed':
      return `${where} closes the connection without an answer. Check the port, and whether the server expects --tls.`;
    default:
      return `What answers at ${where} does not speak Flight SQL. Check the port; Gizmo's default is 31337.`;
  }
}

const TCP_ERRORS: ReadonlyMap<string, (where: string) => string> = new Map([
  [
    'ECONNREFUSED',
    (where) => `Nothing listens at ${where}. Is the server running? Start one with: gizmo server start`,
  ],
  ['ENOTFOUND', (where) => `The host name in ${where} is unknown.`],
  ['EAI_AGAIN', (where) => `The host name in ${where} cannot be looked up at the moment.`],
  ['EHOSTUNREACH', (where) => `There is no route to ${where}.`],
  ['ENETUNREACH', (where) => `There is no route to ${where}.`],
  [
    'ETIMEDOUT',
    (where) => `${where} does not answer. Check the address, and whether a firewall is in the way.`,
  ],
]);
