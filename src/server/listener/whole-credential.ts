/**
 * The authorization headers of a call as they came. Of several Node hands on the first and says nothing, and grpc-js
 * leaves out one that it cannot read: what is wrong has to be refused, not passed over.
 */
import type { IncomingHttpHeaders, ServerHttp2Stream } from 'node:http2';
import type { Server } from '@grpc/grpc-js';
import { http2ServersOf } from './http2-servers.js';

const HEADER = 'authorization';

/** To be called before the server gets its first connection. */
export function keepCredentialsWhole(server: Server): void {
  for (const http2Server of http2ServersOf(server)) {
    http2Server.prependListener('stream', keepWhole);
  }
}

/** Puts back all of them, and nothing that is no credential for one that cannot be read. */
function keepWhole(
  _stream: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
  _flags: number,
  rawHeaders: readonly string[],
): void {
  const values: string[] = [];
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const value = rawHeaders[at + 1];
    if (rawHeaders[at]?.toLowerCase() === HEADER && value !== undefined)
      values.push(READABLE.test(value) ? value : '');
  }
  if (values.length > 1) Reflect.set(headers, HEADER, values);
  else if (values[0] === '') headers[HEADER] = '';
}

/** Of metadata in text (gRPC over HTTP2, "Custom-Metadata"). */
const READABLE = /^[ -~]*$/;
