/** Accepts connections with TLS: handshakes within bounds, certificates asked for, contexts swapped while it runs. */
import type { Server, Socket } from 'node:net';
import { createServer } from 'node:tls';
import type { Logger } from '../../telemetry/logger.js';
import type { Accepted, Connections } from '../connections.js';
import type { ClientCertificates } from './client-certificates.js';
import { describeFailure } from './handshake-failure.js';
import type { TlsStore } from './tls-store.js';

export interface TlsAcceptorOptions {
  readonly store: TlsStore;
  /** Undefined: clients are not asked for certificates. */
  readonly clients: ClientCertificates | undefined;
  /** Without a certificate there is no connection. */
  readonly certificateRequired: boolean;
  readonly connections: Connections;
  readonly log: Logger;
  /** Takes over a connection whose handshake is done. */
  readonly serve: (socket: Socket) => void;
}

/** Not listening yet. */
export function createTlsAcceptor(options: TlsAcceptorOptions): Server {
  const { store, clients, certificateRequired, connections, log } = options;
  const handshaking = new Map<string, Accepted>();
  let closing: string | undefined;

  const server = createServer({
    ...store.current.context,
    ALPNProtocols: ['h2'],
    requestCert: clients !== undefined,
    // Required: OpenSSL ends the handshake without one, and Node cuts what does not verify, both before any HTTP/2.
    rejectUnauthorized: certificateRequired,
    handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
    noDelay: true,
  });
  store.onReplaced(({ context }) => {
    server.setSecureContext(context);
    clients?.rejudge();
  });

  function refuse(
    socket: Socket,
    peer: string | undefined,
    level: 'warning' | 'info' | 'debug',
    reason: string,
  ) {
    log[level]('TLS handshake refused', { kind: 'tls', peer, reason });
    socket.destroy();
  }

  server.on('connection', (raw: Socket) => {
    const accepted = connections.accept(raw);
    const { peer } = accepted;
    handshaking.set(peer, accepted);
    raw.once('close', () => {
      if (handshaking.get(peer) === accepted) handshaking.delete(peer);
      // What Node says of a certificate it cut off comes within this event, when the socket knows no address any more.
      closing = peer;
      queueMicrotask(() => {
        closing = undefined;
      });
    });
  });

  server.on('tlsClientError', (error, socket) => {
    const { level, reason } = describeFailure(error, socket);
    refuse(socket, peerOf(socket) ?? closing, level, reason);
  });

  server.on('secureConnection', (socket) => {
    const peer = peerOf(socket) ?? '';
    socket.on('error', (error) => log.debug('connection error', { peer, error: error.message }));
    const accepted = handshaking.get(peer);
    handshaking.delete(peer);
    if (accepted === undefined) return void socket.destroy(); // Gone already.
    if (socket.alpnProtocol !== 'h2')
      return refuse(socket, peer, 'info', 'The client does not offer HTTP/2 (ALPN h2).');
    // Node's options have seen to both; an identity that is wrong is worth a second look.
    if (socket.isSessionReused() || (certificateRequired && !socket.authorized))
      return refuse(socket, peer, 'warning', 'The handshake was not complete.');
    accepted.open(clients?.show(socket, peer));
    options.serve(socket);
  });

  return server;
}

/** A peer that has not shaken hands by then is let go. */
const HANDSHAKE_TIMEOUT_MS = 10_000;

function peerOf(socket: Socket): string | undefined {
  return socket.remoteAddress === undefined ? undefined : `${socket.remoteAddress}:${socket.remotePort}`;
}
