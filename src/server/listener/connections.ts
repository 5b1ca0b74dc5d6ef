/** The transport connections that are open: accepted, counted, found again by peer address, cut at the end. */
import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import type { Connection } from '../model/connection.js';

/** Whoever connects has this long to show who calls. */
const LOGIN_TIMEOUT_MS = 30_000;
/** Connections that nobody has logged in over, at once; the oldest makes room. */
const STRANGERS_MAX = 1000;

export interface Connections {
  add(socket: Socket): Connection;
  /** By `address:port` of the other end, as grpc-js's `call.getPeer()` says it. */
  find(peer: string): Connection | undefined;
  /** Cuts those over which nobody has logged in. */
  destroyStrangers(): void;
  destroyAll(): void;
  readonly size: number;
}

export function createConnections(): Connections {
  /** Connections over which nobody has logged in yet, oldest first. */
  const strangers = new Map<Socket, NodeJS.Timeout>();
  const byPeer = new Map<string, { connection: Connection; socket: Socket }>();
  function forgetStranger(socket: Socket): void {
    clearTimeout(strangers.get(socket));
    strangers.delete(socket);
  }

  function makeRoom(): void {
    if (strangers.size < STRANGERS_MAX) return;
    const [oldest] = strangers.keys();
    oldest?.destroy();
  }

  return {
    add(socket) {
      // Read once: after the socket is gone it no longer knows.
      const peer = `${socket.remoteAddress}:${socket.remotePort}`;
      let closed = false;
      const callbacks = new Set<() => void>();
      const connection: Connection = {
        id: randomUUID(),
        peer,
        trust: () => forgetStranger(socket),
        onClose(callback) {
          if (closed) callback();
          else callbacks.add(callback);
          return () => callbacks.delete(callback);
        },
      };
      const entry = { connection, socket };
      makeRoom();
      const timer = setTimeout(() => socket.destroy(), LOGIN_TIMEOUT_MS);
      timer.unref();
      strangers.set(socket, timer);
      byPeer.set(peer, entry);
      socket.once('close', () => {
        closed = true;
        forgetStranger(socket);
        // A new connection may have the same port by now.
        if (byPeer.get(peer) === entry) byPeer.delete(peer);
        for (const callback of callbacks) callback();
      });
      return connection;
    },
    find: (peer) => byPeer.get(peer)?.connection,
    destroyStrangers() {
      for (const socket of strangers.keys()) socket.destroy();
    },
    destroyAll() {
      for (const { socket } of byPeer.values()) socket.destroy();
    },
    get size() {
      return byPeer.size;
    },
  };
}
