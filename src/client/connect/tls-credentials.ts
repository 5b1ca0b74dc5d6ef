/** The TLS of a gRPC channel, made by a TlsDialer; grpc-js's own keeps the cause of a failure to itself and knows no pins. */
import type { Socket } from 'node:net';
import { CallCredentials, ChannelCredentials, type experimental } from '@grpc/grpc-js';
import { type GizmoError, toGizmoError } from '../../errors.js';
import type { ConnectOptions, TlsOptions } from './options.js';
import { TlsDialer } from './tls.js';
import { isAlert, isClosed } from './tls-failure.js';

export class TlsCredentials extends ChannelCredentials {
  readonly dialer: TlsDialer;
  #failure: GizmoError | undefined;

  /** @throws GizmoError USAGE as TlsDialer does */
  constructor(host: string, port: number, tls: TlsOptions, warn?: ConnectOptions['warn']) {
    super();
    this.dialer = new TlsDialer(host, port, tls, warn);
  }

  /** Why the last connection failed, where the certificates or the server's word in TLS say so. */
  get failure(): GizmoError | undefined {
    return this.#failure;
  }

  override _isSecure(): boolean {
    return true;
  }

  override _equals(other: ChannelCredentials): boolean {
    return other === this;
  }

  override _createSecureConnector(
    _target: unknown,
    _options: unknown,
    callCredentials = CallCredentials.createEmpty(),
  ): experimental.SecureConnector {
    return {
      connect: async (socket) => ({ socket: await this.#secure(socket), secure: true }),
      waitForReady: async () => undefined,
      getCallCredentials: () => callCredentials,
      destroy: () => undefined,
    };
  }

  /** A server that refuses a client certificate says so after the handshake of TLS 1.3, as an error of the socket. */
  async #secure(socket: Socket): Promise<Socket> {
    this.#failure = undefined;
    try {
      const secured = await this.dialer.secure(socket);
      return secured.on('error', (error) => {
        if (isAlert(error)) this.#failure = this.dialer.explain(error);
      });
    } catch (reason) {
      const failure = toGizmoError(reason);
      if (!isClosed(failure.cause)) this.#failure = failure;
      throw failure;
    }
  }
}
