/** The smallest Flight server over TLS: its handshake lets everybody in whose connection comes about. */
import { Server as GrpcServer, ServerCredentials } from '@grpc/grpc-js';
import { flightService } from '../../src/flight/service.js';
import type { Identity } from './certificates.js';

export interface FlightServer {
  readonly port: number;
  close(): void;
}

/** With `clientAuthority`, PEM, it demands a client certificate of that authority. */
export function startFlightOverTls({ cert, key }: Identity, clientAuthority?: string): Promise<FlightServer> {
  return startFlight(
    ServerCredentials.createSsl(
      clientAuthority === undefined ? null : Buffer.from(clientAuthority),
      [{ private_key: Buffer.from(key), cert_chain: Buffer.from(cert) }],
      clientAuthority !== undefined,
    ),
  );
}

/** On a free port of 127.0.0.1. */
export async function startFlight(credentials: ServerCredentials): Promise<FlightServer> {
  const grpc = new GrpcServer();
  grpc.addService(flightService, {
    handshake: (call: { end(): void; sendMetadata(metadata: unknown): void }) => call.end(),
  });
  const port = await new Promise<number>((resolve, reject) =>
    grpc.bindAsync('127.0.0.1:0', credentials, (error, bound) => (error ? reject(error) : resolve(bound))),
  );
  return { port, close: () => grpc.forceShutdown() };
}
