/**
 * HTTP/2 flow-control windows for uploads. With Node's 64 KiB a bulk load waits for the network most of the time;
 * grpc-js has an option for this, but only its client reads it.
 */
import type { ServerHttp2Session } from 'node:http2';
import type { Server } from '@grpc/grpc-js';
import { http2ServersOf } from './http2-servers.js';

/** Enough for a message of the usual size to arrive while the one before it is read. */
const WINDOW_BYTES = 1024 * 1024;

/**
 * Widens the windows of every connection to come. Reaches for the HTTP/2 servers inside grpc-js; where they are
 * not found uploads are slower, and nothing else changes.
 */
export function widenReceiveWindows(server: Server): void {
  for (const http2Server of http2ServersOf(server)) {
    http2Server.on('session', (session: ServerHttp2Session) => {
      session.settings({ initialWindowSize: WINDOW_BYTES });
      session.setLocalWindowSize(WINDOW_BYTES);
    });
  }
}
