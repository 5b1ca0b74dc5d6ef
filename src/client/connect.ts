/** Connects to a Flight SQL server and logs in, within a time limit, and says plainly why it could not. */

import { GizmoError } from '../errors.js';
import { fromStatus } from '../flight/status.js';
import type { FlightChannel } from './connect/channel.js';
import { openChannel } from './connect/open-channel.js';
import type { ConnectOptions, Credentials } from './connect/options.js';
import { serverAddress } from './connect/server-address.js';
import type { TlsCredentials } from './connect/tls-credentials.js';
import type { FlightSqlClient } from './flight-sql-client.js';
import { FlightSqlSession } from './session/flight-sql-session.js';

/**
 * @throws GizmoError UNAVAILABLE where the server cannot be reached, UNAUTHENTICATED where it refuses the credentials,
 *   USAGE for options that contradict each other
 */
export async function connect(options: ConnectOptions, signal?: AbortSignal): Promise<FlightSqlClient> {
  const channel = await openChannel(options);
  try {
    await logIn(channel, options, signal);
  } catch (reason) {
    channel.close();
    throw signal?.aborted ? fromStatus(reason) : await explain(reason, options, channel.tls);
  }
  return new FlightSqlSession(channel, options);
}

/**
 * Asks a server something that needs no login, over a connection of its own.
 * @throws GizmoError as `connect` does, and what `work` throws
 */
export async function askStranger<Answer>(
  options: Omit<ConnectOptions, 'credentials'>,
  work: (channel: FlightChannel, timeoutMs: number) => Promise<Answer>,
  signal?: AbortSignal,
): Promise<Answer> {
  const nobody: ConnectOptions = { ...options, credentials: { kind: 'none' } };
  const channel = await openChannel(nobody);
  try {
    return await work(channel, options.connectTimeoutMs ?? CONNECT_TIMEOUT_MS);
  } catch (reason) {
    const error = fromStatus(reason);
    throw signal?.aborted || !TRANSPORT_CODES.has(error.code)
      ? error
      : await explain(reason, nobody, channel.tls);
  } finally {
    channel.close();
  }
}

const CONNECT_TIMEOUT_MS = 10_000;
const PROBE_TIMEOUT_MS = 3000;

async function logIn(channel: FlightChannel, options: ConnectOptions, signal?: AbortSignal): Promise<void> {
  const { credentials } = options;
  const authorization = authorizationOf(credentials);
  if (authorization !== undefined) channel.authorize(authorization);
  const login = credentials.kind === 'password' ? credentials : undefined;
  try {
    await channel.handshake(options.connectTimeoutMs ?? CONNECT_TIMEOUT_MS, login, signal);
  } catch (reason) {
    // Servers without a handshake take the credentials on every call; some have one for passwords only.
    const { code } = fromStatus(reason);
    if (code !== 'UNIMPLEMENTED' && (login !== undefined || code !== 'INVALID_ARGUMENT')) throw reason;
  }
}

function authorizationOf(credentials: Credentials): string | undefined {
  switch (credentials.kind) {
    case 'none':
      return undefined;
    case 'bearer':
      return `Bearer ${credentials.token}`;
    case 'password':
      return `Basic ${Buffer.from(`${credentials.user}:${credentials.password}`).toString('base64')}`;
  }
}

/** Only what looks like a transport failure is probed; a server that gave a reason has the last word. */
async function explain(
  reason: unknown,
  options: ConnectOptions,
  tls: TlsCredentials | undefined,
): Promise<GizmoError> {
  const error = fromStatus(reason);
  if (error.code === 'UNAUTHENTICATED')
    return new GizmoError('UNAUTHENTICATED', explainRefusal(error.message, options), { cause: error });
  if (!TRANSPORT_CODES.has(error.code)) return error;
  const timeoutMs = Math.min(PROBE_TIMEOUT_MS, options.connectTimeoutMs ?? CONNECT_TIMEOUT_MS);
  const { probeServer } = await import('./connect/probe.js');
  const probed = tls?.failure ?? (await probeServer(options, tls?.dialer, timeoutMs));
  if (probed !== undefined) return probed;
  const where = serverAddress(options.host, options.port);
  return new GizmoError('UNAVAILABLE', `Cannot connect to ${where}: ${error.message}`, { cause: error });
}

/** Who was refused where, and with a secret from which place: the wrong one is often left over from another server. */
function explainRefusal(message: string, { host, port, credentials, tls }: ConnectOptions): string {
  const where = serverAddress(host, port);
  if (credentials.kind === 'none') {
    if (tls?.clientCertificate === undefined)
      return `The server at ${where} wants a login. ${howToLogIn(where)}`;
    // The certificate may be no more than what opens the door.
    return /no credential/i.test(message)
      ? `The server at ${where} wants a login beside the client certificate. ${howToLogIn(where)}`
      : `${where} refuses the client certificate: ${message}`;
  }
  const { kind, user, source } = credentials;
  const secret = kind === 'password' ? 'password' : 'token';
  const proof = `the ${secret}${source === undefined ? '' : ` from ${source}`}`;
  return `${where} refuses ${user === undefined ? proof : `${user} with ${proof}`}: ${message}`;
}

function howToLogIn(where: string): string {
  return `Connect with --username, or with a token: GIZMO_TOKEN, --token-file. Or log in once: gizmo auth login ${where}`;
}

/** DEADLINE_EXCEEDED is a silent peer; INTERNAL is what grpc-js makes of bytes that are no HTTP/2. */
const TRANSPORT_CODES: ReadonlySet<string> = new Set(['UNAVAILABLE', 'DEADLINE_EXCEEDED', 'INTERNAL']);
