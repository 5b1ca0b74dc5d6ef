/**
 * Finds out why a connection failed. grpc-js answers nearly every failure with "Failed to connect" or a deadline, so
 * the address is dialled once more by hand: TCP, TLS if asked for, then the opening bytes of HTTP/2.
 */
import { connect as connectTcp, type Socket } from 'node:net';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';
import { GizmoError } from '../errors.js';
import type { ConnectOptions, TlsOptions } from './connect-options.js';
import { readSystemRoots } from './system-roots.js';

/**
 * A GizmoError UNAVAILABLE whose sentence names the cause and the remedy; undefined where the address answers as a
 * gRPC server should, so that the failure lies elsewhere.
 */
export async function probeServer(
  options: ConnectOptions,
  timeoutMs = 3000,
): Promise<GizmoError | undefined> {
  const { host, port, tls } = options;
  const where = `${host}:${port}`;
  const outcome = await dial(host, port, tls, timeoutMs);
  const sentence =
    outcome.kind === 'error'
      ? explainError(outcome.code, outcome.message, where, tls)
      : explainAnswer(outcome.kind, where, tls);
  if (sentence === undefined) return undefined;
  const mayWantTls = tls === undefined && (outcome.kind === 'closed' || outcome.kind === 'other');
  if (mayWantTls && (await dial(host, port, { skipVerify: true }, timeoutMs)).kind !== 'error')
    return new GizmoError('UNAVAILABLE', `The server at ${where} expects TLS. Connect with --tls.`);
  return new GizmoError('UNAVAILABLE', sentence);
}

type Outcome =
  | { readonly kind: 'error'; readonly code: string; readonly message: string }
  | { readonly kind: Answer };

type Answer = 'http2' | 'http1' | 'other' | 'silent' | 'closed';

/** HTTP/2's connection preface and an empty SETTINGS frame (RFC 9113 §3.4, §6.5). */
const HTTP2_OPENING = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0', 'latin1');
const SETTINGS_FRAME = 4;

function dial(host: string, port: number, tls: TlsOptions | undefined, timeoutMs: number): Promise<Outcome> {
  return new Promise((resolve) => {
    const name = host.replace(/^\[(.*)\]$/, '$1');
    let connected = false;
    const socket: Socket =
      tls === undefined
        ? connectTcp(port, name)
        : connectTls({ host: name, port, ...tlsSettings(name, tls) });
    const finish = (outcome: Outcome): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(outcome);
    };
    const timer = setTimeout(
      () => finish(connected ? { kind: 'silent' } : { kind: 'error', code: 'ETIMEDOUT', message: '' }),
      timeoutMs,
    );
    socket.once(tls === undefined ? 'connect' : 'secureConnect', () => {
      connected = true;
      socket.write(HTTP2_OPENING);
    });
    socket.once('data', (bytes: Buffer) => finish({ kind: classify(bytes) }));
    socket.once('error', (error: Error) =>
      finish({ kind: 'error', code: 'code' in error ? String(error.code) : '', message: error.message }),
    );
    socket.once('close', () => finish({ kind: 'closed' }));
  });
}

function tlsSettings(name: string, tls: TlsOptions): ConnectionOptions {
  const { roots, skipVerify = false, clientCertificate } = tls;
  return {
    ca: Buffer.from(roots ?? readSystemRoots()),
    ...(clientCertificate === undefined
      ? {}
      : { cert: Buffer.from(clientCertificate.cert), key: Buffer.from(clientCertificate.key) }),
    ...(/^[\d.]+$|:/.test(name) ? {} : { servername: name }),
    ALPNProtocols: ['h2'],
    rejectUnauthorized: !skipVerify,
  };
}

function classify(bytes: Buffer): 'http2' | 'http1' | 'other' {
  if (bytes.length >= 4 && bytes[3] === SETTINGS_FRAME) return 'http2';
  return bytes.subarray(0, 5).toString('latin1') === 'HTTP/' ? 'http1' : 'other';
}

function explainAnswer(answer: Answer, where: string, tls: TlsOptions | undefined): string | undefined {
  switch (answer) {
    case 'http2':
      return undefined;
    case 'http1':
      return `A web server answers at ${where}, not Flight SQL. Check the port; Gizmo's default is 31337.`;
    case 'silent':
      return `${where} accepts the connection and stays silent. Check the port and whether the server is well.`;
    case 'closed':
      return tls === undefined
        ? `${where} closes the connection without an answer. Check the port, and whether the server expects --tls.`
        : `${where} closes the TLS connection without an answer. Check the port and the client certificate.`;
    default:
      return `What answers at ${where} does not speak Flight SQL. Check the port; Gizmo's default is 31337.`;
  }
}

function explainError(
  code: string,
  message: string,
  where: string,
  tls: TlsOptions | undefined,
): string | undefined {
  const known = TCP_ERRORS.get(code);
  if (known !== undefined) return known(where);
  if (tls === undefined) return `Cannot connect to ${where}: ${message}.`;
  if (CHAIN_ERRORS.has(code))
    return `The certificate of ${where} is not signed by an authority this machine trusts. Name the authority with --tls-roots FILE.`;
  if (code === 'CERT_HAS_EXPIRED') return `The certificate of ${where} has expired.`;
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID')
    return `The certificate of ${where} is for another name: ${message.replace(/^.*altnames: /, '')}`;
  if (/wrong version number|packet length too long|http request/i.test(message))
    return `The server at ${where} does not speak TLS. Connect without --tls.`;
  if (/certificate required|handshake failure/i.test(message))
    return `The server at ${where} asks for a client certificate. Give one with --mtls-cert and --mtls-key.`;
  if (/alert/i.test(message))
    return `The server at ${where} refuses the client certificate (${message.trim()}).`;
  return `The TLS connection to ${where} failed: ${message}.`;
}

const refusedHere = (where: string): string =>
  `Nothing listens at ${where}. Is the server running? Start one with: gizmo server start`;

const TCP_ERRORS: ReadonlyMap<string, (where: string) => string> = new Map([
  ['ECONNREFUSED', refusedHere],
  ['ENOTFOUND', (where) => `The host name in ${where} is unknown.`],
  ['EAI_AGAIN', (where) => `The host name in ${where} cannot be looked up at the moment.`],
  ['EHOSTUNREACH', (where) => `There is no route to ${where}.`],
  ['ENETUNREACH', (where) => `There is no route to ${where}.`],
  [
    'ETIMEDOUT',
    (where) => `${where} does not answer. Check the address, and whether a firewall is in the way.`,
  ],
]);

const CHAIN_ERRORS: ReadonlySet<string> = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'CERT_SIGNATURE_FAILURE',
]);
