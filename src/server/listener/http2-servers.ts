/** The HTTP/2 servers inside grpc-js, which it does not show. */
import type { Http2Server } from 'node:http2';
import type { Server } from '@grpc/grpc-js';

/** None where grpc-js has changed; tests hold this to what its callers promise. */
export function http2ServersOf(server: Server): readonly Http2Server[] {
  const servers: unknown = Reflect.get(server, 'http2Servers');
  return servers instanceof Map ? [...(servers.keys() as IterableIterator<Http2Server>)] : [];
}
