/** Logins at a real OpenID provider, for a real server, with somebody who goes where a browser would. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { isStale } from '../../../src/client/credentials/is-stale.js';
import { openLogins } from '../../../src/client/credentials/open-logins.js';
import { type StoredLogin, serverName } from '../../../src/client/credentials/stored-login.js';
import type { LoginUi } from '../../../src/client/login/login-ui.js';
import { logInAtProvider, type ProviderLogin, proveLogin } from '../../../src/client/login/provider-login.js';
import { refreshLogin } from '../../../src/client/login/refresh-login.js';
import { revokeLogin } from '../../../src/client/login/revoke-login.js';
import type { RunningServer } from '../../../src/server/running-server.js';
import {
  CLIENT_SECRET,
  CONFIDENTIAL_CLIENT,
  type OpenIdProvider,
  PUBLIC_CLIENT,
  signIn,
  startOpenIdProvider,
  visit,
} from '../../support/openid-provider.js';
import { startTestServer } from '../../support/start-test-server.js';

let provider: OpenIdProvider;
const servers: Record<string, RunningServer> = {};
const folder = mkdtempSync(join(tmpdir(), 'gizmo-logins-'));
beforeAll(async () => {
  provider = await startOpenIdProvider();
  const settings = { 'token-allowed-issuer': provider.issuer, 'token-default-role': 'readonly' };
  servers.public = await startTestServer({ ...settings, 'oauth-client-id': PUBLIC_CLIENT });
  servers.confidential = await startTestServer({
    ...settings,
    'oauth-client-id': CONFIDENTIAL_CLIENT,
    'oauth-client-secret': CLIENT_SECRET,
  });
  servers.plain = await startTestServer();
});
afterAll(async () => {
  for (const server of Object.values(servers)) await server.stop();
  provider.stop();
  rmSync(folder, { recursive: true });
});
afterEach(() => provider.behave('well'));

const reach = (name: string) => ({
  host: '127.0.0.1',
  port: servers[name]?.address.port ?? 0,
  tls: undefined,
});
const never = new AbortController().signal;

/** A user whose browser goes through the provider and back; `said` is what they read, `shown` what the browser shows. */
function userWith(goThrough: (address: string) => Promise<URL | undefined>) {
  const said: string[] = [];
  const shown: Promise<string>[] = [];
  const ui: LoginUi = {
    say: (text) => void said.push(text),
    async open(address) {
      const back = await goThrough(address);
      if (back !== undefined) shown.push(visit(back));
      return true;
    },
    askPaste: undefined,
  };
  return { ui, said, page: async () => (await Promise.all(shown)).join() };
}

const byBrowser = (name: string, ui: LoginUi, more = {}) =>
  logInAtProvider({ server: reach(name), method: 'web', ui, signal: never, ...more });
const ada = () => userWith((address) => signIn(address, 'ada'));

describe('a login in the browser', () => {
  it.each(['public', 'confidential'])(
    'of a %s client ends with a token that the server has taken',
    async (name) => {
      const { ui, said, page } = ada();
      const login = await byBrowser(name, ui);
      expect(login).toMatchObject({ user: 'ada@example.com', role: 'readonly', method: 'web' });
      expect(login.oidc).toMatchObject({
        issuer: provider.issuer,
        sends: 'id',
        exchangedByServer: name === 'confidential',
      });
      expect(login.refreshToken).toBeDefined();
      expect(login.expiresAtS).toBeGreaterThan(Date.now() / 1000);
      expect(await page()).toContain('You are logged in');
      expect(said.join('\n')).toMatch(/code_challenge_method=S256/);
    },
  );
  it.each(['::1', 'localhost'] as const)('comes back to %s where that is wanted', async (redirectHost) => {
    const { ui, said } = ada();
    await byBrowser('public', ui, { redirectHost });
    expect(said.join()).toContain(
      encodeURIComponent(`http://${redirectHost === '::1' ? '[::1]' : redirectHost}:`),
    );
  });
  it('says that the user refused, on the terminal and in the browser', async () => {
    const { ui, page } = userWith((address) => signIn(address, 'ada', true));
    await expect(byBrowser('public', ui)).rejects.toMatchObject({
      code: 'UNAUTHENTICATED',
      message: expect.stringContaining('access_denied'),
    });
    expect(await page()).toContain('You are not logged in');
  });
  it('shows a failure in the browser where the server does not take the token', async () => {
    const picky = await startTestServer({
      'token-allowed-issuer': provider.issuer,
      'token-default-role': 'readonly',
      'token-authorized-emails': '*@elsewhere.example',
      'oauth-client-id': PUBLIC_CLIENT,
    });
    servers.picky = picky;
    const { ui, page } = ada();
    await expect(byBrowser('picky', ui)).rejects.toThrow(
      "User 'ada@example.com' is not authorized. Contact your administrator.",
    );
    expect(await page()).toContain('You are not logged in');
  });
  it('takes a pasted address where the browser is elsewhere', async () => {
    let address = '';
    const pastes: string[] = [];
    const login = await byBrowser('public', {
      say: (text) => {
        address = /(http\S+\/auth\?\S+)/.exec(text)?.[1] ?? address;
        pastes.push(text);
      },
      open: undefined,
      askPaste: async () => {
        const back = await signIn(address, 'grace');
        return pastes.some((it) => it.startsWith('That is not'))
          ? String(back)
          : 'https://elsewhere.example/';
      },
    });
    expect(login.user).toBe('grace@example.com');
  });
  it('ends when its user gives up', async () => {
    const gaveUp = new AbortController();
    const { ui } = userWith(async () => {
      gaveUp.abort(new Error('enough'));
      return undefined;
    });
    await expect(byBrowser('public', ui, { signal: gaveUp.signal })).rejects.toThrow('enough');
  });
  it('refuses the answer of another provider (RFC 9207)', async () => {
    const { ui, page } = userWith(async (address) => {
      const back = await signIn(address, 'ada');
      back?.searchParams.set('iss', 'https://attacker.example');
      return back;
    });
    await expect(byBrowser('public', ui)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    expect(await page()).toContain('You are not logged in');
  });
  it('refuses an answer without the issuer, where the provider names it always', async () => {
    const { ui } = userWith(async (address) => {
      const back = await signIn(address, 'ada');
      back?.searchParams.delete('iss');
      return back;
    });
    await expect(byBrowser('public', ui)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  });
  it('refuses a code of another login, put into this one', async () => {
    const other = new URL(`${provider.issuer}/auth`);
    other.search = new URLSearchParams({
      client_id: PUBLIC_CLIENT,
      response_type: 'code',
      scope: 'openid email',
      redirect_uri: 'http://127.0.0.1:4711/callback',
      code_challenge: 'a'.repeat(43),
      code_challenge_method: 'S256',
      state: 'x',
    }).toString();
    const stolen = (await signIn(other, 'mallory'))?.searchParams.get('code') ?? '';
    const { ui } = userWith(async (address) => {
      const back = await signIn(address, 'ada');
      back?.searchParams.set('code', stolen);
      return back;
    });
    await expect(byBrowser('public', ui)).rejects.toThrow('invalid_grant');
  });
  it.each(['error', 'never'] as const)('says that the provider cannot be reached (%s)', async (how) => {
    provider.behave(how);
    const why =
      how === 'error' ? 'it answers with the HTTP status 503' : 'it did not answer within 5 seconds';
    await expect(byBrowser('public', ada().ui)).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: `The identity provider ${provider.issuer} cannot be reached: ${why}.`,
    });
  });
  it('goes on after the provider has changed its keys', async () => {
    await byBrowser('public', ada().ui);
    provider.rollOver();
    // The server fetches keys it does not know, though not more often than every few seconds.
    await expect
      .poll(
        () =>
          byBrowser('public', ada().ui).then(
            ({ user }) => user,
            () => undefined,
          ),
        { interval: 1000 },
      )
      .toBe('ada@example.com');
  });
});

describe('a login on another device', () => {
  const byDevice = (name: string, login: string, deny = false) => {
    const said: string[] = [];
    const ui: LoginUi = {
      say(text) {
        said.push(text);
        const address = /(http\S+user_code=\S+)/.exec(text)?.[1];
        if (address !== undefined) void signIn(address, login, deny);
      },
      open: undefined,
      askPaste: undefined,
    };
    return { said, login: logInAtProvider({ server: reach(name), ui, signal: never }) };
  };
  it('is what a machine without a browser begins, and ends like the other', async () => {
    const { said, login } = byDevice('public', 'ada');
    expect(await login).toMatchObject({ user: 'ada@example.com', method: 'device' });
    expect(said.join('\n')).toMatch(/\/device\n[\s\S]*enter the code\n\n {4}[A-Z]{4}-[A-Z]{4}/);
  });
  it('ends at once where its user gives up, also between two questions to the provider', async () => {
    const interrupted = new AbortController();
    const ui: LoginUi = {
      say(text) {
        if (!text.startsWith('Go on only if')) return;
        // From here on nothing that waits for a time goes on.
        vi.useFakeTimers({ toFake: ['setTimeout'] });
        setImmediate(() => interrupted.abort(new Error('given up')));
      },
      open: undefined,
      askPaste: undefined,
    };
    const login = logInAtProvider({
      server: reach('public'),
      method: 'device',
      ui,
      signal: interrupted.signal,
    });
    await expect(login.finally(() => vi.useRealTimers())).rejects.toThrow('given up');
  });
  it('is not offered where the server keeps the secret of the client', async () => {
    const server = reach('confidential');
    const ui = { say: () => undefined, open: undefined, askPaste: undefined };
    await expect(logInAtProvider({ server, method: 'device', ui, signal: never })).rejects.toThrow(
      'Log in with --web',
    );
  });
});

describe('a server without a provider', () => {
  it('says so, with what its operator can do', async () => {
    await expect(byBrowser('plain', ada().ui)).rejects.toThrow('--oauth-client-id');
  });
});

describe('a stored login', () => {
  const logins = openLogins(folder);
  const stored = async (name: string, { user, token, refreshToken, oidc, method }: ProviderLogin) => {
    const { host, port } = reach(name);
    const server = serverName(host, port);
    const login: StoredLogin = {
      name: server,
      server,
      method,
      trust: 'plaintext',
      store: 'file',
      // Expired, whatever the token says.
      expiresAtS: Math.floor(Date.now() / 1000) - 10,
      oidc,
      token,
      ...(user === undefined ? {} : { user }),
      ...(refreshToken === undefined ? {} : { refreshToken }),
    };
    await logins.save(login);
    return login;
  };

  it.each(['public', 'confidential'])(
    'of a %s client is renewed with another refresh token, and stored',
    async (name) => {
      const login = await stored(name, await byBrowser(name, ada().ui));
      expect(isStale(login)).toBe(true);
      const renewed = await refreshLogin(logins, login, { server: reach(name) });
      expect(isStale(renewed)).toBe(false);
      expect(renewed.refreshToken).not.toBe(login.refreshToken);
      expect(await logins.load(renewed)).toEqual(renewed);
      expect(await proveLogin(reach(name), { kind: 'bearer', token: renewed.token ?? '' })).toMatchObject({
        user: 'ada@example.com',
      });
    },
  );
  it('is renewed once, however many shells want it', async () => {
    const login = await stored('public', await byBrowser('public', ada().ui));
    const before = provider.tokenRequests();
    const shells = [logins, openLogins(folder), openLogins(folder), openLogins(folder)];
    const renewed = await Promise.all(
      shells.map((each) => refreshLogin(each, login, { server: reach('public') })),
    );
    expect(provider.tokenRequests()).toBe(before + 1);
    expect(new Set(renewed.map(({ refreshToken }) => refreshToken)).size).toBe(1);
  });
  it('is kept where the provider cannot be reached', async () => {
    const login = await stored('public', await byBrowser('public', ada().ui));
    provider.behave('error');
    await expect(refreshLogin(logins, login, { server: reach('public') })).rejects.toMatchObject({
      code: 'UNAVAILABLE',
    });
    expect((await logins.load(login)).refreshToken).toBe(login.refreshToken);
    provider.behave('well');
    expect(isStale(await refreshLogin(logins, login, { server: reach('public') }))).toBe(false);
  });
  it('is taken back at the provider, and then needs a new login', async () => {
    const login = await stored('public', await byBrowser('public', ada().ui));
    expect(await revokeLogin(login)).toBeUndefined();
    await expect(refreshLogin(logins, login, { server: reach('public') })).rejects.toMatchObject({
      code: 'UNAUTHENTICATED',
      message: expect.stringContaining('gizmo auth login'),
    });
  });
  it('says why it was not taken back', async () => {
    const login = await stored('confidential', await byBrowser('confidential', ada().ui));
    expect(await revokeLogin(login)).toMatch(/secret of the OAuth client/);
  });
  it('without a refresh token asks for a new login', async () => {
    const { refreshToken: _, ...bare } = await byBrowser('public', ada().ui);
    const login = await stored('public', { ...bare, refreshToken: undefined });
    await expect(refreshLogin(logins, login, { server: reach('public') })).rejects.toThrow(
      'gizmo auth login',
    );
  });
});
