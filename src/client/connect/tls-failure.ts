/** Why TLS failed, and what to do about it: one sentence for each cause, from the codes of Node and OpenSSL. */
import { X509Certificate } from 'node:crypto';
import { DEFAULT_MAX_VERSION, DEFAULT_MIN_VERSION } from 'node:tls';
import { GizmoError } from '../../errors.js';
import { readCertificates } from '../../pki/pem.js';
import { formatPin, spkiPin } from '../../pki/pin.js';
import { isLoopback } from '../../runtime-file.js';
import type { ClientCertificate, TlsOptions } from './options.js';

export interface TlsPeer {
  /** `host:port`, for the sentence. */
  readonly where: string;
  /** Name or address that the server's certificate must be for. */
  readonly name: string;
  readonly tls: TlsOptions;
}

/** `code` is Node's for a certificate that did not verify, or NO_CERTIFICATE or PIN_MISMATCH. */
export function explainVerification(
  code: string,
  certificate: X509Certificate | undefined,
  peer: TlsPeer,
): GizmoError {
  return unavailable(
    certificate === undefined
      ? `The server at ${peer.where} shows no certificate.`
      : judgeCertificate(code, certificate, peer),
  );
}

/** An error of the TLS connection itself, while it was made or, where `established`, after. It is the cause of what comes. */
export function explainTlsError(error: Error, established: boolean, peer: TlsPeer): GizmoError {
  const alert = ALERT.exec(error.message)?.[1];
  if (alert !== undefined) return unavailable(explainAlert(Number(alert), peer), error);
  if (isClosed(error)) return unavailable(explainClose(established, peer), error);
  return unavailable(explainCode(codeOf(error), error.message, peer), error);
}

/** The server has said in TLS what it does not like (RFC 8446 §6). */
export function isAlert(cause: unknown): boolean {
  return cause instanceof Error && ALERT.test(cause.message);
}

/** The server went away without a word. */
export function isClosed(cause: unknown): boolean {
  return cause instanceof Error && (cause.message === CLOSED || CLOSED_CODES.has(codeOf(cause)));
}

/** Message of the error that stands for a connection which ended without one. */
export const CLOSED = 'closed';
const CLOSED_CODES: ReadonlySet<string> = new Set(['ECONNRESET', 'EPIPE', 'ECONNABORTED']);
const ALERT = /SSL alert number (\d+)/;

function codeOf(error: Error): string {
  return 'code' in error ? String(error.code) : '';
}

function unavailable(sentence: string, cause?: unknown): GizmoError {
  return new GizmoError('UNAVAILABLE', sentence, cause === undefined ? {} : { cause });
}

function judgeCertificate(code: string, certificate: X509Certificate, peer: TlsPeer): string {
  const { where, name, tls } = peer;
  const subject = `The certificate of ${where}`;
  switch (code) {
    case 'PIN_MISMATCH':
      return (
        `The server at ${where} does not have the key that --tls-pin names: its pin is ${pinOf(certificate)}. ` +
        'If its operator confirms a new key, give --tls-pin that one; otherwise somebody stands in between.'
      );
    case 'CERT_HAS_EXPIRED':
      return isPast(certificate.validTo)
        ? `${subject} expired on ${day(certificate.validTo)}. The server needs a new one (gizmo pki renew).`
        : `${subject} is signed by an authority that has expired. The server needs a new chain.`;
    case 'CERT_NOT_YET_VALID':
      return `${subject} is not valid before ${day(certificate.validFrom)}. Check the clocks of both machines.`;
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return (
        `${subject} is for ${namesOf(certificate)}, not for ${shown(name)}. ` +
        'Connect to a name that it has, or say which one it must have with --tls-server-name.'
      );
    case 'INVALID_PURPOSE':
      return `${subject} is not made for servers (extended key usage). The server needs one that is: gizmo pki issue.`;
    case 'CERT_SIGNATURE_FAILURE':
      return `${subject} is not signed by the key of "${issuerOf(certificate)}" that is trusted here, only by one of that name. Give the right file to --tls-roots.`;
    default:
      return UNKNOWN_AUTHORITY.has(code)
        ? explainAuthority(certificate, tls, subject)
        : `${subject} does not verify: it or its authority breaks a rule, such as a name the authority may not sign${code === 'UNSPECIFIED' ? '' : ` (${code})`}. gizmo pki verify says which.`;
  }
}

const UNKNOWN_AUTHORITY: ReadonlySet<string> = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'CERT_UNTRUSTED',
  'CERT_REJECTED',
]);

function explainAuthority(certificate: X509Certificate, { roots }: TlsOptions, subject: string): string {
  const issuer = issuerOf(certificate);
  const isOwn = certificate.subject === certificate.issuer;
  const signed = isOwn ? 'signed by itself' : `signed by "${issuer}"`;
  const pin = `--tls-pin ${pinOf(certificate)} trusts this one key, if its operator confirms it.`;
  if (roots === undefined)
    return `${subject} is ${signed}, which this machine does not trust. Name the authority with --tls-roots FILE; ${pin}`;
  const namesakes = readCertificates(roots, '--tls-roots').some(
    (root) => root.subject === certificate.issuer,
  );
  if (!isOwn && namesakes)
    return `${subject} is ${signed}, but not by the one of that name in --tls-roots. Name the right file; ${pin}`;
  const chain = isOwn ? '' : ' or an intermediate that is missing';
  return `${subject} is ${signed}${chain}, not by an authority in --tls-roots. Name the right one; ${pin}`;
}

/** After the handshake of TLS 1.3 comes the server's verdict on the client certificate. */
function explainClose(established: boolean, { where, tls }: TlsPeer): string {
  const { clientCertificate } = tls;
  if (!established) {
    const sentence = `${where} ends the connection during the TLS handshake. It may not speak TLS`;
    return clientCertificate === undefined
      ? `${sentence}: check the port.`
      : `${sentence}, or refuse the client certificate${nameOf(clientCertificate)}: ${reasonOf(clientCertificate)}`;
  }
  return clientCertificate === undefined
    ? `${where} ends the TLS connection without a reason. It may want a client certificate: --mtls-cert and --mtls-key.`
    : `${refusal(where, clientCertificate)}: ${reasonOf(clientCertificate)}`;
}

function explainCode(code: string, message: string, { where, name }: TlsPeer): string {
  if (
    /WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST|RECORD_LAYER_FAILURE|UNEXPECTED_MESSAGE/.test(
      code,
    )
  )
    return explainPlaintextPeer(where, name);
  if (/UNSUPPORTED_PROTOCOL|NO_PROTOCOLS_AVAILABLE|VERSION_TOO_LOW/.test(code)) return explainVersion(where);
  if (/CA_MD_TOO_WEAK|KEY_TOO_SMALL|DH_KEY_TOO_SMALL|MD_TOO_WEAK/.test(code))
    return `The certificate of ${where} is too weak to be trusted (${code}). The server needs a new one: gizmo pki issue.`;
  return `The TLS connection to ${where} failed: ${message.trim() || code}.`;
}

/** What listens there does not speak TLS. */
export function explainPlaintextPeer(where: string, name: string): string {
  return isLoopback(name)
    ? `What listens at ${where} does not speak TLS. Connect without --tls.`
    : `What listens at ${where} does not speak TLS. --plaintext connects without it: only where the network itself is safe.`;
}

/** As NODE_OPTIONS may have it. */
function ownVersions(): string {
  const [oldest, newest] = [DEFAULT_MIN_VERSION, DEFAULT_MAX_VERSION].map((name) => name.replace('TLSv', ''));
  return oldest === newest ? `${oldest} only` : `${oldest} to ${newest}`;
}

function explainVersion(where: string): string {
  return `The server at ${where} and this client have no TLS version in common; this one speaks ${ownVersions()}. See the server's --tls-min-version.`;
}

/** Alerts of RFC 8446 §6.2: what the server says before it closes. */
function explainAlert(alert: number, { where, name, tls }: TlsPeer): string {
  const { clientCertificate } = tls;
  if (alert === 70) return explainVersion(where);
  if (alert === 112)
    return `The server at ${where} has no certificate for ${shown(name)}. Say which name it has with --tls-server-name.`;
  if (alert === 120)
    return `What listens at ${where} speaks TLS, but not HTTP/2 as Flight SQL does. Check the port; Gizmo's default is 31337.`;
  if (alert === 116 || (clientCertificate === undefined && CERTIFICATE_ALERTS.has(alert)))
    return `The server at ${where} wants a client certificate. Give one with --mtls-cert and --mtls-key.`;
  if (clientCertificate === undefined || !CERTIFICATE_ALERTS.has(alert))
    return `The server at ${where} refuses the TLS connection (alert ${alert}).`;
  return `${refusal(where, clientCertificate)}: ${ALERT_REASONS.get(alert) ?? reasonOf(clientCertificate)}`;
}

/** Handshake failure is how TLS 1.2 says that a certificate is missing. */
const CERTIFICATE_ALERTS: ReadonlySet<number> = new Set([40, 41, 42, 43, 44, 45, 46, 48, 49, 51]);

const ALERT_REASONS: ReadonlyMap<number, string> = new Map([
  [44, 'it is revoked.'],
  [45, 'it has expired. Renew it: gizmo pki renew.'],
  [48, 'its authority is not one that the server trusts.'],
  [49, 'it names nobody who may enter.'],
]);

function refusal(where: string, own: ClientCertificate): string {
  return `The server at ${where} refuses the client certificate${nameOf(own)}`;
}

function nameOf(own: ClientCertificate): string {
  const certificate = parse(own);
  return certificate === undefined ? '' : ` "${commonName(certificate.subject)}"`;
}

/** Servers rarely say why; some of the reasons can be seen from here. */
function reasonOf(own: ClientCertificate): string {
  const certificate = parse(own);
  if (certificate === undefined) return 'it cannot be read.';
  if (isPast(certificate.validTo))
    return `it expired on ${day(certificate.validTo)}. Renew it: gizmo pki renew.`;
  if (!isPast(certificate.validFrom)) return `it is not valid before ${day(certificate.validFrom)}.`;
  // Node calls the extended key usage so.
  const usages: readonly string[] | undefined = certificate.keyUsage;
  if (usages !== undefined && !usages.includes(CLIENT_AUTH) && !usages.includes(ANY_USAGE))
    return 'it is not made for clients (extended key usage). Issue one that is: gizmo pki issue --client.';
  return `the server does not trust "${issuerOf(certificate)}", which signed it, or it is revoked. The server's log says which.`;
}

const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2';
const ANY_USAGE = '2.5.29.37.0';

function parse({ cert }: ClientCertificate): X509Certificate | undefined {
  try {
    return new X509Certificate(cert);
  } catch {
    return undefined; // createSecureContext has accepted it; the sentence does without a name.
  }
}

/** At most ten, since the server decides how many there are. */
function namesOf(certificate: X509Certificate): string {
  const names = (certificate.subjectAltName ?? '')
    .split(', ')
    .map((name) => name.replace(/^(DNS|IP Address|URI|email):/, ''))
    .filter((name) => name !== '');
  if (names.length === 0) return `"${commonName(certificate.subject)}" (a common name)`;
  const listed = names.slice(0, NAMES_MAX).map(shown);
  if (names.length > NAMES_MAX) return `${listed.join(', ')} and ${names.length - NAMES_MAX} other names`;
  const last = listed.pop();
  return listed.length === 0 ? String(last) : `${listed.join(', ')} and ${last}`;
}

const NAMES_MAX = 10;
const NAME_SHOWN_MAX = 100;

function shown(name: string): string {
  return name.length > NAME_SHOWN_MAX ? `${name.slice(0, NAME_SHOWN_MAX)}…` : name;
}

function pinOf(certificate: X509Certificate): string {
  return formatPin(spkiPin(certificate), 'curl');
}

function issuerOf(certificate: X509Certificate): string {
  return commonName(certificate.issuer);
}

/** The common name of a distinguished name as Node prints it, one part a line; the whole where there is none. */
function commonName(distinguished: string): string {
  const cn = /^CN=(.*)$/m.exec(distinguished)?.[1];
  return shown(cn ?? distinguished.replaceAll('\n', ', '));
}

function isPast(date: string): boolean {
  return Date.parse(date) <= Date.now();
}

/** `2026-11-25`; X509Certificate gives `Nov 25 14:00:00 2026 GMT`. */
function day(date: string): string {
  const time = Date.parse(date);
  return Number.isNaN(time) ? date : new Date(time).toISOString().slice(0, 10);
}
