/**
 * Waits on a loopback address for the browser to come back with a code (RFC 8252 §7.3). Takes one answer: the first
 * that knows the state. Whatever else comes is turned away and changes nothing.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { GizmoError } from '../../errors.js';
import { REDIRECT_PATH, type RedirectHost } from '../../flight/login/login-settings.js';
import { CALLBACK_HEADERS, type CallbackOutcome, callbackPage } from './callback-page.js';

export interface CallbackListener {
  /** What the identity provider is told, and compares. */
  readonly redirectUri: string;
  /** The answer that knew the state; the browser waits until it is told how it went. Never rejects. */
  readonly callback: Promise<Callback>;
  /** The same from an address that the user copied out of the browser; whether it is one of this login. */
  paste(address: string): boolean;
  /** Stops listening; what has been answered still reaches the browser. */
  close(): Promise<void>;
}

export interface Callback {
  /** The redirect URI with the provider's answer. */
  readonly url: URL;
  /** Shows the browser how the login ended; only the first time, and nothing where no browser waits. */
  answer(outcome: CallbackOutcome): void;
}

export interface CallbackOptions {
  readonly host: RedirectHost;
  /** 0 for whichever is free. */
  readonly port: number;
  readonly state: string;
}

/** A browser is let go after this, whoever still thinks. */
const ANSWER_TIMEOUT_MS = 30_000;
/** Whoever is slow to say what they want; the browser is on this machine. */
const REQUEST_TIMEOUT_MS = 10_000;
/** Codes of some providers have thousands of characters. */
const HEADER_BYTES_MAX = 16_384;
/** Connections at once; the oldest makes room, so that holding many keeps no browser out. */
const CONNECTIONS_MAX = 32;
const PORT_TRIES = 5;

/** @throws GizmoError USAGE where the address or the port cannot be had */
export async function listenForCallback(options: CallbackOptions): Promise<CallbackListener> {
  const { host, state } = options;
  let resolve: (callback: Callback) => void = () => undefined;
  const callback = new Promise<Callback>((settle) => {
    resolve = settle;
  });
  let taken = false;
  let redirectUri = '';
  const waiting = new Set<(outcome: CallbackOutcome) => void>();

  function take(url: URL, answer: (outcome: CallbackOutcome) => void): boolean {
    if (taken || !knowsState(url, state)) return false;
    taken = true;
    resolve({ url, answer });
    return true;
  }

  function onRequest(request: IncomingMessage, response: ServerResponse): void {
    const url = requestedUrl(request, redirectUri);
    if (url === undefined) turnAway(response, 404);
    else if (!isNavigation(request)) turnAway(response, 403);
    else if (taken) turnAway(response, 410);
    else if (!knowsState(url, state)) turnAway(response, 400);
    else take(url, answerOnce(response, waiting));
  }

  const servers = await listen(options, onRequest);
  const port = portOf(servers[0]);
  redirectUri = `http://${host.includes(':') ? `[${host}]` : host}:${port}${REDIRECT_PATH}`;
  return {
    redirectUri,
    callback,
    paste(address) {
      const text = address.trim();
      const url = URL.canParse(text) ? new URL(text) : undefined;
      if (url === undefined || `${url.origin}${url.pathname}` !== redirectUri) return false;
      return take(url, () => undefined);
    },
    async close() {
      for (const answer of waiting) answer('failure');
      await Promise.all(servers.map((server) => closeServer(server)));
    },
  };
}

/** Of the redirect URI itself, asked for as the provider was told to: not by another name of this machine. */
function requestedUrl({ method, url = '', headers }: IncomingMessage, redirectUri: string): URL | undefined {
  const expected = new URL(redirectUri);
  if (method !== 'GET' || headers.host !== expected.host || !url.startsWith('/')) return undefined;
  const asked = new URL(redirectUri);
  const query = url.indexOf('?');
  if (url.slice(0, query < 0 ? undefined : query) !== expected.pathname) return undefined;
  asked.search = query < 0 ? '' : url.slice(query);
  return asked;
}

/** A page of another site can make requests in the background; only a visit is one of the login. */
function isNavigation({ headers }: IncomingMessage): boolean {
  if (headers.origin !== undefined) return false;
  const mode = headers['sec-fetch-mode'];
  const destination = headers['sec-fetch-dest'];
  return (
    (mode === undefined || mode === 'navigate') && (destination === undefined || destination === 'document')
  );
}

function knowsState(url: URL, state: string): boolean {
  const [given, second] = url.searchParams.getAll('state');
  if (given === undefined || second !== undefined) return false;
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(state));
}

function answerOnce(
  response: ServerResponse,
  waiting: Set<(outcome: CallbackOutcome) => void>,
): (outcome: CallbackOutcome) => void {
  const answer = (outcome: CallbackOutcome): void => {
    clearTimeout(timer);
    if (waiting.delete(answer)) respond(response, outcome === 'success' ? 200 : 400, outcome);
  };
  const timer = setTimeout(() => answer('failure'), ANSWER_TIMEOUT_MS);
  timer.unref();
  waiting.add(answer);
  return answer;
}

function turnAway(response: ServerResponse, status: number): void {
  respond(response, status, 'failure');
}

function respond(response: ServerResponse, status: number, outcome: CallbackOutcome): void {
  if (response.headersSent) return;
  response.writeHead(status, CALLBACK_HEADERS).end(callbackPage(outcome));
}

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** `localhost` means both addresses to a browser: whoever else listened on the other would get the code. */
async function listen({ host, port }: CallbackOptions, handler: Handler): Promise<[Server, ...Server[]]> {
  for (let tries = 1; ; tries++) {
    const first = await listenOn(host === 'localhost' ? '127.0.0.1' : host, port, handler);
    if (host !== 'localhost') return [first];
    try {
      return [first, await listenOn('::1', portOf(first), handler)];
    } catch (error) {
      if (isWithoutIpv6(error)) return [first];
      await closeServer(first);
      if (port !== 0 || tries >= PORT_TRIES) throw error;
    }
  }
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}

function isWithoutIpv6(error: unknown): boolean {
  const { cause } = error instanceof GizmoError ? error : { cause: undefined };
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  return code === 'EADDRNOTAVAIL' || code === 'EAFNOSUPPORT';
}

function listenOn(address: string, port: number, handler: Handler): Promise<Server> {
  const server = createServer(
    {
      maxHeaderSize: HEADER_BYTES_MAX,
      headersTimeout: REQUEST_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      connectionsCheckingInterval: 1000,
      keepAlive: false,
    },
    handler,
  );
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    const [oldest] = sockets;
    if (sockets.size >= CONNECTIONS_MAX) oldest?.destroy();
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const why =
        cause.code === 'EADDRINUSE'
          ? `port ${port} is in use. Choose another with --redirect-port, if the identity provider allows it`
          : cause.message;
      reject(new GizmoError('USAGE', `Cannot wait for the browser on ${address}: ${why}.`, { cause }));
    });
    server.listen({ host: address, port, exclusive: true }, () => resolve(server));
  });
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeIdleConnections();
    // A connection that never asked for anything would keep it open.
    setTimeout(() => server.closeAllConnections(), CLOSE_MS).unref();
  });
}

/** Time for the last page to reach the browser. */
const CLOSE_MS = 500;
