/** A real OpenID provider (`oidc-provider`) in this process, on a free port of loopback, whose people are whoever says so. */
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { createServer, get, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import Provider, { type Configuration } from 'oidc-provider';

export const PUBLIC_CLIENT = 'gizmo-public';
export const CONFIDENTIAL_CLIENT = 'gizmo-confidential';
export const CLIENT_SECRET = 'a secret of the server alone';

/** A program that logs in as itself (RFC 6749 §4.4). */
export const MACHINE_CLIENT = { id: 'etl', secret: 'a secret of the program' };
/** Whom the JWT is for that it is given. */
export const MACHINE_AUDIENCE = 'https://gizmo.example/api';

export interface OpenIdProvider {
  readonly issuer: string;
  /** Requests to the token endpoint so far. */
  tokenRequests(): number;
  /** `never`: connections stay open without an answer; `error`: 503. */
  behave(how: 'well' | 'never' | 'error'): void;
  /** Signs with a new key from now on and publishes no other. */
  rollOver(): void;
  stop(): void;
}

/** Access tokens are opaque, ID tokens carry the e-mail address, refresh tokens are given out and rotate. */
export async function startOpenIdProvider(): Promise<OpenIdProvider> {
  let how: 'well' | 'never' | 'error' = 'well';
  let tokenRequests = 0;
  let handle: (request: IncomingMessage, response: ServerResponse) => unknown = () => undefined;
  const server: Server = createServer((request, response) => {
    if (how === 'never') return;
    if (how === 'error') return void response.writeHead(503).end();
    if (request.url === '/token') tokenRequests++;
    handle(request, response);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const renew = () => {
    handle = makeProvider(issuer).callback();
  };
  renew();
  return {
    issuer,
    tokenRequests: () => tokenRequests,
    behave(next) {
      how = next;
    },
    rollOver: renew,
    stop() {
      server.closeAllConnections();
      server.close();
    },
  };
}

function makeProvider(issuer: string): Provider {
  const key = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' });
  const client = {
    application_type: 'native' as const,
    redirect_uris: ['127.0.0.1', '[::1]', 'localhost'].map((host) => `http://${host}/callback`),
    grant_types: ['authorization_code', 'refresh_token', 'urn:ietf:params:oauth:grant-type:device_code'],
    response_types: ['code' as const],
    id_token_signed_response_alg: 'ES256' as const,
  };
  const configuration: Configuration = {
    clients: [
      { ...client, client_id: PUBLIC_CLIENT, token_endpoint_auth_method: 'none' },
      {
        ...client,
        client_id: CONFIDENTIAL_CLIENT,
        client_secret: CLIENT_SECRET,
        token_endpoint_auth_method: 'client_secret_post',
      },
      {
        client_id: MACHINE_CLIENT.id,
        client_secret: MACHINE_CLIENT.secret,
        redirect_uris: [],
        grant_types: ['client_credentials'],
        response_types: [],
        id_token_signed_response_alg: 'ES256',
      },
    ],
    jwks: {
      keys: [{ ...key, kid: `${Date.now()}-${Math.trunc(performance.now())}`, use: 'sig', alg: 'ES256' }],
    },
    cookies: { keys: ['only a test'] },
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
    conformIdTokenClaims: false,
    findAccount: (_, sub) => ({
      accountId: sub,
      claims: () => ({ sub, name: sub, email: `${sub}@example.com`, email_verified: true }),
    }),
    features: {
      devInteractions: { enabled: true },
      deviceFlow: { enabled: true },
      revocation: { enabled: true },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: (_, { clientId }) => (clientId === MACHINE_CLIENT.id ? MACHINE_AUDIENCE : []),
        getResourceServerInfo: () => ({
          scope: 'query',
          audience: MACHINE_AUDIENCE,
          accessTokenFormat: 'jwt',
          jwt: { sign: { alg: 'ES256' } },
        }),
      },
    },
    issueRefreshToken: () => true,
    rotateRefreshToken: true,
    pkce: { required: () => true },
    ttl: { AccessToken: 3600, IdToken: 3600, RefreshToken: 86_400, DeviceCode: 300 },
  };
  return new Provider(issuer, configuration);
}

/**
 * What somebody does in a browser: logs in as `login`, agrees to everything, and comes to the address that leads away
 * from the provider, which is answered and not visited. `deny` instead of agreeing. Undefined where the provider has
 * the last word, as with a device code.
 */
export async function signIn(start: string | URL, login: string, deny = false): Promise<URL | undefined> {
  const origin = new URL(start).origin;
  const cookies = new Map<string, string>();
  let next: { url: URL; form?: URLSearchParams } | undefined = { url: new URL(start) };
  for (let steps = 0; next !== undefined && steps < 20; steps++) {
    if (next.url.origin !== origin) return next.url;
    const response: Response = await fetch(next.url, {
      redirect: 'manual',
      headers: { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
      ...(next.form === undefined ? {} : { method: 'POST', body: next.form }),
    });
    for (const cookie of response.headers.getSetCookie()) {
      const [name = '', value = ''] = (cookie.split(';')[0] ?? '').split(/=(.*)/s);
      cookies.set(name, value);
    }
    const location = response.headers.get('location');
    const page = await response.text();
    if (location !== null) next = { url: new URL(location, next.url) };
    else if (deny && page.includes('/abort')) next = { url: abortLink(page, next.url) };
    else next = filledForm(page, next.url, login);
  }
  return undefined;
}

function abortLink(page: string, base: URL): URL {
  return new URL(/href="([^"]*\/abort)"/.exec(page)?.[1] ?? '', base);
}

function filledForm(page: string, base: URL, login: string): { url: URL; form: URLSearchParams } | undefined {
  const [, action] = /<form[^>]*action="([^"]+)"/.exec(page) ?? [];
  if (action === undefined) return undefined;
  const form = new URLSearchParams();
  for (const [input] of page.matchAll(/<input[^>]*>/g)) {
    const name = /name="([^"]*)"/.exec(input)?.[1];
    if (name === undefined) continue;
    const given = { login, password: 'any' }[name];
    form.set(name, given ?? /value="([^"]*)"/.exec(input)?.[1] ?? '');
  }
  return { url: new URL(action, base), form };
}

/** A visit as a browser makes it; fetch says that it is a script. */
export async function visit(url: URL): Promise<string> {
  const [response] = (await once(get(url), 'response')) as [IncomingMessage];
  let page = '';
  for await (const chunk of response) page += String(chunk);
  return page;
}
