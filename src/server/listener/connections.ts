/** The transport connections that are open: accepted, counted, found again by peer address, cut at the end. */
import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import type { Connection } from '../model/connection.js';
import { networkOf } from '../model/network-of.js';

/** Whoever connects has this long to show who calls, TLS handshake included. */
const LOGIN_TIMEOUT_MS = 30_000;
/** Connections that nobody has logged in over, at once; the oldest of those who have most makes room. */
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

export function createConnections(strangersMax = STRANGERS_MAX): Connections {
  const sockets = new Set<Socket>();
  /** Connections over which nobody has logged in yet. */
  const strangers = new Map<Socket, { readonly timer: NodeJS.Timeout; readonly network: string }>();
  /** The same by where they come from, oldest first. */
  const networks = new Map<string, Set<Socket>>();
  const byPeer = new Map<string, Connection>();

  function forgetStranger(socket: Socket): void {
    const { timer, network = '' } = strangers.get(socket) ?? {};
    clearTimeout(timer);
    strangers.delete(socket);
    const others = networks.get(network);
    others?.delete(socket);
    if (others?.size === 0) networks.delete(network);
  }

  /** Who floods the server from one place loses its own connections, and nobody else's. */
  function makeRoom(): void {
    let most: ReadonlySet<Socket> = new Set();
    for (const from of networks.values()) if (from.size > most.size) most = from;
    const [oldest] = most;
    // At once: its `close` comes later than the next of a flood.
    if (oldest !== undefined) forgetStranger(oldest);
    oldest?.destroy();
  }

  function holdStranger(socket: Socket, peer: string): void {
    if (strangers.size >= strangersMax) makeRoom();
    const network = networkOf(peer);
    const timer = setTimeout(() => socket.destroy(), LOGIN_TIMEOUT_MS);
    timer.unref();
    strangers.set(socket, { timer, network });
    networks.set(network, (networks.get(network) ?? new Set()).add(socket));
  }

  return {
    accept(socket) {
      // Read once: after the socket is gone it no longer knows.
      const peer = `${socket.remoteAddress}:${socket.remotePort}`;
      let opened: Connection | undefined;
      let closed = false;
      const callbacks = new Set<() => void>();
      sockets.add(socket);
      holdStranger(socket, peer);
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
            network: networkOf(peer),
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
