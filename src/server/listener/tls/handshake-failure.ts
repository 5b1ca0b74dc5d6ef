/** What went wrong in a TLS handshake, in words for the log, and how much it matters there. */
import type { TLSSocket } from 'node:tls';

export interface HandshakeFailure {
  readonly level: 'warning' | 'info' | 'debug';
  readonly reason: string;
}

/** Why a client certificate did not verify, by OpenSSL's name for it; as the end of "The client certificate …". */
export function describeVerification(code: string): string {
  return VERIFICATIONS[code] ?? (UNKNOWN_CA.test(code) ? NOT_OURS : `could not be verified (${code})`);
}

/** Of a connection that did not get through its handshake. */
export function describeFailure(error: NodeJS.ErrnoException, socket: TLSSocket): HandshakeFailure {
  const verification: unknown = socket.authorizationError;
  if (typeof verification === 'string') {
    return { level: 'warning', reason: `The client certificate ${describeVerification(verification)}.` };
  }
  const code = error.code ?? '';
  const known = Object.hasOwn(FAILURES, code) ? FAILURES[code] : undefined;
  return known ?? { level: 'debug', reason: error.message.trim() };
}

const NOT_OURS = 'is not signed by a CA that this server trusts for clients';
const UNKNOWN_CA = /SELF_SIGNED|UNABLE_TO_(GET_ISSUER|VERIFY_LEAF)|CERT_UNTRUSTED|INVALID_CA/;

const VERIFICATIONS: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: 'has expired, or its CA has',
  CERT_NOT_YET_VALID: 'is not valid yet',
  INVALID_PURPOSE: 'is not meant for clients (its extended key usage lacks clientAuth)',
};

const FAILURES: Readonly<Record<string, HandshakeFailure>> = {
  ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE: {
    level: 'warning',
    reason: 'The client showed no certificate (peer did not return a certificate).',
  },
  ERR_SSL_UNSUPPORTED_PROTOCOL: {
    level: 'info',
    reason: 'The client offers no TLS version that is new enough (--tls-min-version).',
  },
  ERR_SSL_HTTP_REQUEST: { level: 'info', reason: 'The client speaks HTTP without TLS.' },
  ERR_SSL_WRONG_VERSION_NUMBER: { level: 'info', reason: 'The client does not speak TLS.' },
  ERR_SSL_NO_APPLICATION_PROTOCOL: { level: 'info', reason: 'The client does not offer HTTP/2 (ALPN h2).' },
  ERR_SSL_TLSV1_ALERT_UNKNOWN_CA: {
    level: 'info',
    reason: 'The client does not trust the CA of this server’s certificate.',
  },
  ERR_TLS_HANDSHAKE_TIMEOUT: { level: 'info', reason: 'The client did not finish its handshake in time.' },
};
