/** The transport connections that are open: accepted, counted, found again by peer address, cut at the end. */
import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import type { Connection } from '../model/connection.js';

export interface Connections {
  add(socket: Socket): Connection;
  /** By `address:port` of the other end, as grpc-js's `call.getPeer()` says it. */
  find(peer: string): Connection | undefined;
  /** Cuts those that have sent nothing yet. */
  destroySilent(): void;
  destroyAll(): void;
  readonly size: number;
}

export function createConnections(): Connections {
  const byPeer = new Map<string, { connection: Connection; socket: Socket }>();
  return {
    add(socket) {
      // Read once: after the socket is gone it no longer knows.
      const peer = `${socket.remoteAddress}:${socket.remotePort}`;
      let closed = false;
      const callbacks = new Set<() => void>();
      const connection: Connection = {
        id: randomUUID(),
        peer,
        onClose(callback) {
          if (closed) callback();
          else callbacks.add(callback);
          return () => callbacks.delete(callback);
        },
      };
      const entry = { connection, socket };
      byPeer.set(peer, entry);
      socket.once('close', () => {
        closed = true;
        // A new connection may have the same port by now.
        if (byPeer.get(peer) === entry) byPeer.delete(peer);
        for (const callback of callbacks) callback();
      });
      return connection;
    },
    find: (peer) => byPeer.get(peer)?.connection,
    destroySilent() {
      for (const { socket } of byPeer.values()) if (socket.bytesRead === 0) socket.destroy();
    },
    destroyAll() {
      for (const { socket } of byPeer.values()) socket.destroy();
    },
    get size() {
      return byPeer.size;
    },
  };
}
