/** The client's certificate as the handshake left it. */
import { X509Certificate } from 'node:crypto';
import type { DetailedPeerCertificate, TLSSocket } from 'node:tls';
import { spkiPin } from '../../../pki/pin.js';
import type { PeerCertificate } from '../../model/peer-certificate.js';

/** Longer chains are none that OpenSSL would have verified. */
const CHAIN_LENGTH_MAX = 10;
/** RFC 5280 allows 64 characters. */
const NAME_CHARS_MAX = 256;

/** The client's certificate and those above it as far as they are known, its own first; empty where it showed none. */
export function readPeerChain(socket: TLSSocket): X509Certificate[] {
  const own = socket.getPeerX509Certificate();
  if (own === undefined) return [];
  const chain = [own];
  let next: DetailedPeerCertificate | undefined = socket.getPeerCertificate(true);
  while (chain.length < CHAIN_LENGTH_MAX && next?.issuerCertificate !== undefined) {
    // The chain of a root leads to itself.
    if (next.issuerCertificate === next) break;
    next = next.issuerCertificate;
    chain.push(new X509Certificate(next.raw));
  }
  return chain;
}

/** What the parts above the listener are told of it. */
export function describePeer(certificate: X509Certificate): PeerCertificate {
  const names: unknown = certificate.toLegacyObject().subject?.CN;
  const commonName =
    typeof names === 'string' && names !== '' && names.length <= NAME_CHARS_MAX ? names : undefined;
  return {
    commonName,
    pin: spkiPin(certificate).toString('hex'),
    serialNumber: certificate.serialNumber,
  };
}
