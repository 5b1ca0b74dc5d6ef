/** A login in Chromium: a person's clicks at a real provider, and what the browser makes of the pages it ends at. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { logInAtProvider } from '../../../src/client/login/provider-login.js';
import type { RunningServer } from '../../../src/server/running-server.js';
import { type OpenIdProvider, PUBLIC_CLIENT, startOpenIdProvider } from '../../support/openid-provider.js';
import { startTestServer } from '../../support/start-test-server.js';
import { which } from '../../support/which.js';

const executablePath = findChromium();
/** Set to a folder to look at what the browser showed. */
const screenshots = process.env.GIZMO_SCREENSHOTS;

function findChromium(): string | undefined {
  const path = which('chromium') ?? which('chromium-browser') ?? which('google-chrome');
  if (path !== undefined) return path;
  const message = 'Chromium is not installed. To run the tests of logins in a browser: .ci/install-browser';
  if (process.env.GIZMO_REQUIRE_INTEROP === '1') throw new Error(message);
  process.stderr.write(`SKIPPED: ${message}\n`);
  return undefined;
}

describe.skipIf(executablePath === undefined)('a login in Chromium', () => {
  let provider: OpenIdProvider;
  let server: RunningServer;
  let browser: Browser;
  beforeAll(async () => {
    provider = await startOpenIdProvider();
    server = await startTestServer({
      'token-allowed-issuer': provider.issuer,
      'oauth-client-id': PUBLIC_CLIENT,
      'token-default-role': 'readonly',
      'token-authorized-emails': 'ada@example.com',
    });
    // Nothing of the outside is fetched: the provider's pages name fonts of others.
    browser = await chromium.launch({
      executablePath: executablePath ?? '',
      args: ['--no-sandbox', '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1'],
    });
  });
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
    provider?.stop();
  });

  async function logIn(click: (page: Page) => Promise<void>) {
    const page = await browser.newPage({ colorScheme: 'light' });
    const problems: string[] = [];
    page.on('console', (message) => {
      if (new URL(page.url()).pathname === '/callback') problems.push(message.text());
    });
    const login = logInAtProvider({
      server: { host: '127.0.0.1', port: server.address.port, tls: undefined },
      method: 'web',
      ui: {
        say: () => undefined,
        async open(address) {
          void page.goto(address).then(() => click(page));
          return true;
        },
        askPaste: undefined,
      },
      signal: new AbortController().signal,
    });
    const outcome = await login.then(
      ({ user }) => user,
      (error: Error) => error.message,
    );
    await page.waitForURL(/\/callback/);
    return { page, outcome, problems };
  }
  const signInAs = (name: string) => async (page: Page) => {
    await page.fill('input[name=login]', name);
    await page.fill('input[name=password]', 'any');
    await page.click('button[type=submit]');
    await page.click('button[type=submit]');
  };
  async function shoot(page: Page, name: string): Promise<void> {
    if (screenshots === undefined) return;
    mkdirSync(screenshots, { recursive: true });
    await page.screenshot({ path: join(screenshots, `${name}.png`) });
  }

  it('ends at a page that says so, styled and without a complaint of the browser', async () => {
    const { page, outcome, problems } = await logIn(signInAs('ada'));
    expect(outcome).toBe('ada@example.com');
    expect(await page.textContent('h1')).toBe('You are logged in');
    // The one style sheet there is has been let through by the policy.
    expect(await page.evaluate('getComputedStyle(document.querySelector("main")).borderRadius')).toBe('12px');
    expect(problems.filter((it) => !it.includes('favicon'))).toEqual([]);
    await shoot(page, 'success');
    await page.emulateMedia({ colorScheme: 'dark' });
    await shoot(page, 'success-dark');
    await page.close();
  });
  it('ends at a failure where the server does not let that person in', async () => {
    const { page, outcome } = await logIn(signInAs('eve'));
    expect(outcome).toContain("User 'eve@example.com' is not authorized. Contact your administrator.");
    expect(await page.textContent('h1')).toBe('You are not logged in');
    expect(await page.content()).not.toContain('eve');
    await shoot(page, 'failure');
    await page.close();
  });
  it('ends at a failure where the person refuses', async () => {
    const { page, outcome } = await logIn(async (page) => {
      await page.fill('input[name=login]', 'ada');
      await page.fill('input[name=password]', 'any');
      await page.click('button[type=submit]');
      await page.click('a[href$="/abort"]');
    });
    expect(outcome).toContain('access_denied');
    expect(await page.textContent('h1')).toBe('You are not logged in');
    await page.close();
  });
});
