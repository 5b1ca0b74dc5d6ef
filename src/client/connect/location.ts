/** Addresses of Flight servers as URIs: `grpc+tls://host:port`. Source: Flight.proto, `Location`. */

/** Undefined for what is no address of a server that speaks gRPC over TCP, such as `https://` and `grpc+unix://`. */
export function parseLocation(uri: string): Location | undefined {
  const match = /^(grpc|grpc\+tcp|grpc\+tls):\/\/(\[[\da-f:.]+\]|[^/:@?#\s]+)(?::(\d{1,5}))?\/?$/i.exec(uri);
  if (match === null) return undefined;
  const [, scheme = '', host = '', port] = match;
  if (Number(port ?? DEFAULT_PORT) > 65_535) return undefined;
  return {
    host: host.replace(/^\[(.*)\]$/, '$1'),
    port: Number(port ?? DEFAULT_PORT),
    tls: scheme.toLowerCase() === 'grpc+tls',
  };
}

export interface Location {
  readonly host: string;
  readonly port: number;
  readonly tls: boolean;
}

/** Gizmo's and GizmoSQL's. */
export const DEFAULT_PORT = 31_337;
