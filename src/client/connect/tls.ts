/** TLS over a TCP connection that stands: the same for what gRPC runs over and for the probe after a failure. */

import type { X509Certificate } from 'node:crypto';
import { isIP, type Socket } from 'node:net';
import {
  type ConnectionOptions,
  checkServerIdentity,
  connect as connectTls,
  createSecureContext,
  type SecureContext,
  type SecureContextOptions,
  type TLSSocket,
} from 'node:tls';
import { GizmoError } from '../../errors.js';
import { readCertificates } from '../../pki/pem.js';
import { parsePin, pinsEqual, spkiPin } from '../../pki/pin.js';
import type { ClientCertificate, ConnectOptions, TlsOptions } from './options.js';
import { serverAddress } from './server-address.js';
import { readSystemRoots } from './system-roots.js';
import { CLOSED, explainTlsError, explainVerification, type TlsPeer } from './tls-failure.js';

/** Makes TLS connections to one server. What is wrong with the options shows when it is made. */
export class TlsDialer {
  readonly #peer: TlsPeer;
  readonly #tls: TlsOptions;
  readonly #pins: readonly Buffer[];
  readonly #context: SecureContext;

  /** @throws GizmoError USAGE for options that contradict each other, and for certificates, keys and pins that are none */
  constructor(host: string, port: number, tls: TlsOptions, warn?: ConnectOptions['warn']) {
    refuseContradictions(tls);
    const bare = host.replace(/^\[(.*)\]$/, '$1');
    this.#peer = { where: serverAddress(host, port), name: tls.serverName ?? bare, tls };
    this.#tls = tls;
    this.#pins = (tls.pins ?? []).map(parsePin);
    this.#context = createContext(tls, warn);
  }

  /**
   * Resolves once the server has proved who it is. An error of the socket after that is its user's to hear.
   * @throws GizmoError UNAVAILABLE that names the cause and what to do
   */
  secure(socket: Socket): Promise<TLSSocket> {
    return new Promise((resolve, reject) => {
      const secured = connectTls(this.#options(socket));
      const fail = (error: GizmoError): void => {
        secured.destroy();
        reject(error);
      };
      secured.on('error', (error) => fail(explainTlsError(error, false, this.#peer)));
      secured.once('close', () => fail(explainTlsError(new Error(CLOSED), false, this.#peer)));
      secured.once('secureConnect', () => {
        const refusal = this.#judge(secured);
        if (refusal === undefined) resolve(secured);
        else fail(refusal);
      });
    });
  }

  /** What an error of a connection means that ended after `secure` had resolved. */
  explain(error: Error): GizmoError {
    return explainTlsError(error, true, this.#peer);
  }

  /**
   * Node hands the connection over whatever the certificate is, so that #judge can say what is wrong with it.
   * An address must not be sent as the server's name (RFC 6066 §3).
   */
  #options(socket: Socket): ConnectionOptions {
    const { name } = this.#peer;
    return {
      socket,
      secureContext: this.#context,
      ALPNProtocols: ['h2'],
      rejectUnauthorized: false,
      checkServerIdentity: (_, certificate) => checkServerIdentity(name, certificate),
      ...(isIP(name) === 0 ? { servername: name } : {}),
    };
  }

  /** Undefined for a server that is who it has to be: `authorized` is Node's word for chain, dates, purpose and name. */
  #judge(socket: TLSSocket): GizmoError | undefined {
    if (this.#tls.skipVerify === true) return undefined;
    const certificate: X509Certificate | undefined = socket.getPeerX509Certificate();
    if (certificate === undefined) return explainVerification('NO_CERTIFICATE', undefined, this.#peer);
    if (this.#pins.length > 0) {
      const own = spkiPin(certificate);
      if (!this.#pins.some((pin) => pinsEqual(pin, own)))
        return explainVerification('PIN_MISMATCH', certificate, this.#peer);
      if (this.#tls.roots === undefined) return undefined;
    }
    if (socket.authorized) return undefined;
    return explainVerification(String(socket.authorizationError), certificate, this.#peer);
  }
}

function refuseContradictions({ skipVerify, clientCertificate, pins = [] }: TlsOptions): void {
  if (skipVerify !== true) return;
  if (clientCertificate !== undefined)
    throw new GizmoError(
      'USAGE',
      '--tls-skip-verify cannot be combined with a client certificate, which anyone in between could ask for: ' +
        'trust the server instead, with --tls-roots <ca-or-self-signed-cert>.pem.',
    );
  if (pins.length > 0)
    throw new GizmoError(
      'USAGE',
      '--tls-pin verifies the server and --tls-skip-verify does not: leave one out.',
    );
}

/** A certificate that is trusted by name is an end of the chain, whether or not it signed itself. */
function createContext(tls: TlsOptions, warn: ConnectOptions['warn']): SecureContext {
  const { roots, pins = [], skipVerify = false, clientCertificate } = tls;
  const options: SecureContextOptions & { allowPartialTrustChain?: boolean } = {};
  if (roots !== undefined) {
    options.ca = readCertificates(roots, 'What --tls-roots names').map(String);
    options.allowPartialTrustChain = true;
  } else options.ca = pins.length > 0 || skipVerify ? [] : [...readSystemRoots(warn)];
  if (clientCertificate !== undefined) Object.assign(options, clientOptions(clientCertificate));
  try {
    return createSecureContext(options);
  } catch (cause) {
    throw new GizmoError('USAGE', explainContext(cause), { cause });
  }
}

function clientOptions({ cert, key, passphrase }: ClientCertificate): SecureContextOptions {
  const part = { cert: Buffer.from(cert), key: Buffer.from(key) };
  return passphrase === undefined ? part : { ...part, passphrase };
}

function explainContext(cause: unknown): string {
  const message = cause instanceof Error ? cause.message : String(cause);
  if (/key values mismatch|key type mismatch/i.test(message))
    return 'The private key of --mtls-key does not belong to the certificate of --mtls-cert.';
  if (/bad decrypt|bad password|interrupted or cancelled/i.test(message))
    return 'The private key of --mtls-key is encrypted, and the passphrase is missing or wrong.';
  if (/ca md too weak|key too small|ee key too small/i.test(message))
    return `The certificate of --mtls-cert is too weak to be used (${message}). Issue a new one.`;
  return `The certificate of --mtls-cert or the private key of --mtls-key cannot be read (${message}). Both are PEM files.`;
}
