/** The transport connections that are open: accepted, counted, found again by peer address, cut at the end. */
import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import type { Connection } from '../model/connection.js';

/** Whoever connects has this long to show who calls, TLS handshake included. */
const LOGIN_TIMEOUT_MS = 30_000;
/** Connections that nobody has logged in over, at once; the oldest makes room. */
const STRANGERS_MAX = 1000;

export interface Connections {
  /** Takes in a socket as it was accepted: from now on it is bounded in time and number. */
  accept(socket: Socket): Accepted;
  /** By `address:port` of the other end, as grpc-js's `call.getPeer()` says it. */
  find(peer: string): Connection | undefined;
  /** Cuts those over which nobody has logged in. */
  destroyStrangers(): void;
  destroyAll(): void;
  readonly size: number;
}

/** A socket over which nobody has spoken yet. */
export interface Accepted {
  readonly peer: string;
  /** Makes it a connection for calls. `shown` is what its TLS handshake said of a client certificate. */
  open(shown?: ShownCertificate): Connection;
}

/** A client certificate with the judgement of it. */
export type ShownCertificate = Required<Pick<Connection, 'certificate' | 'refused' | 'assertAccepted'>>;

const NOTHING_SHOWN: ShownCertificate = {
  certificate: undefined,
  refused: undefined,
  assertAccepted: () => undefined,
};

export function createConnections(): Connections {
  const sockets = new Set<Socket>();
  /** Connections over which nobody has logged in yet, oldest first. */
  const strangers = new Map<Socket, NodeJS.Timeout>();
  const byPeer = new Map<string, Connection>();

  function forgetStranger(socket: Socket): void {
    clearTimeout(strangers.get(socket));
    strangers.delete(socket);
  }

  function holdStranger(socket: Socket): void {
    if (strangers.size >= STRANGERS_MAX) {
      const [oldest] = strangers.keys();
      // At once: its `close` comes later than the next of a flood.
      if (oldest !== undefined) forgetStranger(oldest);
      oldest?.destroy();
    }
    const timer = setTimeout(() => socket.destroy(), LOGIN_TIMEOUT_MS);
    timer.unref();
    strangers.set(socket, timer);
  }

  return {
    accept(socket) {
      // Read once: after the socket is gone it no longer knows.
      const peer = `${socket.remoteAddress}:${socket.remotePort}`;
      let opened: Connection | undefined;
      let closed = false;
      const callbacks = new Set<() => void>();
      sockets.add(socket);
      holdStranger(socket);
      socket.once('close', () => {
        closed = true;
        sockets.delete(socket);
        forgetStranger(socket);
        // A new connection may have the same port by now.
        if (byPeer.get(peer) === opened) byPeer.delete(peer);
        for (const callback of callbacks) callback();
      });
      return {
        peer,
        open(shown = NOTHING_SHOWN) {
          const connection: Connection = {
            id: randomUUID(),
            peer,
            certificate: shown.certificate,
            refused: shown.refused,
            assertAccepted: () => shown.assertAccepted(),
            trust: () => forgetStranger(socket),
            onClose(callback) {
              if (closed) callback();
              else callbacks.add(callback);
              return () => callbacks.delete(callback);
            },
          };
          opened = connection;
          if (!closed) byPeer.set(peer, connection);
          return connection;
        },
      };
    },
    find: (peer) => byPeer.get(peer),
    destroyStrangers() {
      for (const socket of strangers.keys()) socket.destroy();
    },
    destroyAll() {
      for (const socket of sockets) socket.destroy();
    },
    get size() {
      return sockets.size;
    },
  };
}
