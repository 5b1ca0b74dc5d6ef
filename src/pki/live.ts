/** The certificates a live TLS server shows. Nothing is sent after the handshake, and nothing is trusted. */
import { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { connect, type DetailedPeerCertificate } from 'node:tls';
import { GizmoError } from '../errors.js';

/**
 * The chain as the server sent it, its own certificate first.
 * @throws GizmoError UNAVAILABLE where nothing answers in time, or not with TLS
 */
export function fetchChain(host: string, port: number, timeoutMs = 10_000): Promise<X509Certificate[]> {
  return new Promise((resolve, reject) => {
    const where = `${isIP(host) === 6 ? `[${host}]` : host}:${port}`;
    const socket = connect({
      host,
      port,
      rejectUnauthorized: false,
      ALPNProtocols: ['h2', 'http/1.1'],
      ...(isIP(host) === 0 ? { servername: host } : {}),
    });
    const fail = (reason: string, cause?: Error): void => {
      socket.destroy();
      reject(new GizmoError('UNAVAILABLE', `Cannot see the certificate of ${where}: ${reason}.`, { cause }));
    };
    const timer = setTimeout(() => fail('it does not answer in time'), timeoutMs);
    socket.once('close', () => clearTimeout(timer));
    socket.once('error', (error) => fail(explain(error), error));
    socket.once('secureConnect', () => {
      const chain = toChain(socket.getPeerCertificate(true));
      socket.destroy();
      if (chain.length > 0) resolve(chain);
      else fail('it shows none');
    });
  });
}

/** OpenSSL links each to its issuer; a root to itself. */
function toChain(first: DetailedPeerCertificate): X509Certificate[] {
  const chain: X509Certificate[] = [];
  const seen = new Set<string>();
  for (
    let each = first;
    each?.raw !== undefined && !seen.has(each.fingerprint256);
    each = each.issuerCertificate
  ) {
    seen.add(each.fingerprint256);
    chain.push(new X509Certificate(each.raw));
  }
  return chain;
}

function explain(error: Error): string {
  const code = 'code' in error ? String(error.code) : '';
  if (code === 'ECONNREFUSED') return 'nothing listens there';
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return 'there is no host of this name';
  if (code === 'ECONNRESET' || code.startsWith('ERR_SSL')) return 'it does not speak TLS';
  return error.message;
}
