/**
 * The gRPC listener: an accept loop of our own that hands each socket to grpc-js, so that every connection is
 * known, bounded and can be cut; and a shutdown that lets calls finish.
 */
import { type AddressInfo, createServer, type Server as NetServer, type Socket } from 'node:net';
import { Server, ServerCredentials } from '@grpc/grpc-js';
import { GizmoError } from '../../errors.js';
import { healthService } from '../../flight/health-service.js';
import { reflectionServices } from '../../flight/reflection-service.js';
import { type FlightHandlers, flightService } from '../../flight/service.js';
import { createHealthHandlers } from '../rpc/health.js';
import { createReflectionHandlers } from '../rpc/reflection.js';
import type { Services } from '../rpc/services.js';
import type { Connections } from './connections.js';
import { widenReceiveWindows } from './flow-control.js';
import { createIdentifyInterceptor } from './identify-interceptor.js';
import { createTlsAcceptor, type TlsAcceptorOptions } from './tls/tls-acceptor.js';
import { keepCredentialsWhole } from './whole-credential.js';

/** Sockets at once; a process has its own limit of open files besides. */
const CONNECTIONS_MAX = 10_000;
/** The server asks a quiet peer whether it is there, and lets it go when it does not answer. */
const KEEPALIVE_TIME_MS = 30_000;
const KEEPALIVE_TIMEOUT_MS = 10_000;
/** Calls at once on one connection; more wait at the client. */
const CONCURRENT_STREAMS_MAX = 1000;
/** Calls that were given up have this long to end with their reason, before their connections are cut. */
const GIVE_UP_MS = 3000;
/** The most a protobuf message can have; bulk loads of pyarrow come near it. */
const MESSAGE_BYTES_MAX = 2 ** 31 - 1;

export interface GrpcListener {
  readonly address: { readonly host: string; readonly port: number };
  /**
   * Takes no new connection and no new call; resolves when the running ones are done, or when `graceMs` is over
   * and `giveUp` has been called to end them.
   */
  stop(graceMs: number, giveUp: () => void): Promise<void>;
}

export interface GrpcListenerOptions {
  readonly hostname: string;
  readonly port: number;
  readonly metadataBytesMax: number;
  readonly services: Services;
  readonly handlers: FlightHandlers;
  readonly connections: Connections;
  /** Undefined: without encryption. */
  readonly tls: Pick<TlsAcceptorOptions, 'store' | 'clients' | 'certificateRequired'> | undefined;
}

export async function startGrpcListener(options: GrpcListenerOptions): Promise<GrpcListener> {
  const { hostname, port, services, connections } = options;
  const server = new Server({
    'grpc.max_receive_message_length': MESSAGE_BYTES_MAX,
    'grpc.max_send_message_length': -1,
    'grpc.keepalive_time_ms': KEEPALIVE_TIME_MS,
    'grpc.keepalive_timeout_ms': KEEPALIVE_TIMEOUT_MS,
    'grpc.max_concurrent_streams': CONCURRENT_STREAMS_MAX,
    // Counts of calls that nobody can ask for here.
    'grpc.enable_channelz': 0,
    interceptors: [createIdentifyInterceptor(services, options.metadataBytesMax)],
  });
  server.addService(flightService, { ...options.handlers });
  server.addService(healthService, { ...createHealthHandlers(services.closed) });
  for (const service of Object.values(reflectionServices)) {
    server.addService(service, { ...createReflectionHandlers() });
  }
  const injector = server.createConnectionInjector(ServerCredentials.createInsecure());
  widenReceiveWindows(server);
  keepCredentialsWhole(server);

  const acceptor = createAcceptor(options, (socket) => injector.injectConnection(socket));
  acceptor.maxConnections = CONNECTIONS_MAX;
  const address = await listen(acceptor, hostname, port);
  // Such as no more file descriptors: the connection is lost, the server goes on.
  acceptor.on('error', (error) =>
    services.log.warning('a connection could not be accepted', { error: error.message }),
  );

  return {
    address,
    async stop(graceMs, giveUp) {
      const closed = new Promise<void>((resolve) => acceptor.close(() => resolve()));
      // Whoever has not even logged in would hold tryShutdown until it leaves.
      connections.destroyStrangers();
      const drained = new Promise<void>((resolve) => server.tryShutdown(() => resolve()));
      let force: NodeJS.Timeout | undefined;
      const grace = setTimeout(() => {
        giveUp();
        force = setTimeout(() => {
          server.forceShutdown();
          connections.destroyAll();
        }, GIVE_UP_MS);
      }, graceMs);
      await drained;
      clearTimeout(grace);
      clearTimeout(force);
      connections.destroyAll();
      await closed;
    },
  };
}

function createAcceptor(
  { tls, connections, services: { log } }: GrpcListenerOptions,
  serve: (socket: Socket) => void,
): NetServer {
  if (tls !== undefined) return createTlsAcceptor({ ...tls, connections, log, serve });
  return createServer({ noDelay: true }, (socket) => {
    socket.on('error', (error) => log.debug('connection error', { error: error.message }));
    connections.accept(socket).open();
    serve(socket);
  });
}

function listen(
  acceptor: ReturnType<typeof createServer>,
  hostname: string,
  port: number,
): Promise<{ host: string; port: number }> {
  return new Promise((resolve, reject) => {
    acceptor.once('error', (error: NodeJS.ErrnoException) => reject(cannotListen(hostname, port, error)));
    acceptor.listen({ host: hostname, port }, () => {
      const bound = acceptor.address() as AddressInfo;
      resolve({ host: bound.address, port: bound.port });
    });
  });
}

function cannotListen(hostname: string, port: number, error: NodeJS.ErrnoException): GizmoError {
  const reasons: Readonly<Record<string, string>> = {
    EADDRINUSE: `port ${port} is in use. Choose another with --port, or 0 for any free one`,
    EACCES: `this user may not listen on port ${port}. Choose one above 1023 with --port`,
    EADDRNOTAVAIL: 'this machine has no such address. Check --hostname',
    ENOTFOUND: 'the name is unknown. Check --hostname',
  };
  const reason = reasons[error.code ?? ''] ?? error.message;
  return new GizmoError('USAGE', `Cannot listen on ${hostname}:${port}: ${reason}.`, { cause: error });
}
