/** All that a TLS listener works with at one time, read and judged as a whole: it is replaced as a whole, or not at all. */
import { constants } from 'node:crypto';
import { createSecureContext, type SecureContextOptions } from 'node:tls';
import { GizmoError } from '../../../errors.js';
import { reasonOf } from '../../../pki/pem.js';
import type { TlsConfig } from '../../config/tls-config.js';
import { type ClientTrust, readClientTrust } from './client-trust.js';
import type { ServerIdentity } from './server-identity.js';

export interface TlsMaterial {
  readonly identity: ServerIdentity;
  /** Undefined: clients are not asked for certificates. */
  readonly clients: ClientTrust | undefined;
  /**
   * Everything OpenSSL must know, for the first context and for each that replaces it: a context that is swapped in
   * with less has Node's defaults for the rest.
   */
  readonly context: SecureContextOptions;
}

/**
 * @param readIdentity reads the server's own certificate, or makes it
 * @throws GizmoError USAGE, with the fix, for anything a listener could not work with
 */
export function readTlsMaterial(
  config: TlsConfig,
  nowMs: number,
  readIdentity: (nowMs: number) => ServerIdentity,
): TlsMaterial {
  const { minVersion, clients: clientConfig } = config;
  const identity = readIdentity(nowMs);
  const clients = clientConfig && readClientTrust(clientConfig, nowMs);
  const context: SecureContextOptions = {
    cert: identity.certificates,
    key: identity.key,
    minVersion,
    maxVersion: 'TLSv1.3',
    ciphers: CIPHERS,
    secureOptions: SECURE_OPTIONS,
    ...(clients !== undefined && { ca: clients.ca, allowPartialTrustChain: true }),
  };
  try {
    createSecureContext(context);
  } catch (cause) {
    throw new GizmoError('USAGE', `OpenSSL does not take the certificate or its key: ${reasonOf(cause)}.`, {
      cause,
    });
  }
  return { identity, clients, context };
}

/** Whether two readings came to the same: nothing is to be replaced then. */
export function isSameMaterial(a: TlsMaterial, b: TlsMaterial): boolean {
  const of = ({ identity, clients }: TlsMaterial) =>
    [
      identity.certificates,
      identity.key,
      clients?.ca,
      ...(clients?.lists ?? []).map(({ der }) => der.toString('base64')),
    ].join();
  return of(a) === of(b);
}

/**
 * Without tickets no session is ever resumed: a resumed one is "authorized" by a certificate that nobody shows and
 * nobody judges again. Without renegotiation (TLS 1.2) an identity is for the whole connection.
 */
const SECURE_OPTIONS = constants.SSL_OP_NO_TICKET | constants.SSL_OP_NO_RENEGOTIATION;

/** Forward secrecy and authenticated encryption only (RFC 9325 §4.2), as HTTP/2 wants (RFC 9113 §9.2.2). */
const CIPHERS = [
  'TLS_AES_256_GCM_SHA384',
  'TLS_CHACHA20_POLY1305_SHA256',
  'TLS_AES_128_GCM_SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES256-GCM-SHA384',
  'ECDHE-ECDSA-CHACHA20-POLY1305',
  'ECDHE-RSA-CHACHA20-POLY1305',
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256',
].join(':');
