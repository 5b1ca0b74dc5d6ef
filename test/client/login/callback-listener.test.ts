/** The loopback listener: one answer of one login, and everything else that can come to an open port. */
import { once } from 'node:events';
import { type IncomingHttpHeaders, request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { type CallbackListener, listenForCallback } from '../../../src/client/login/callback-listener.js';

const STATE = 'the state of this login';
const QUERY = `?code=the-code&state=${encodeURIComponent(STATE)}`;

const open: CallbackListener[] = [];
afterEach(() => Promise.all(open.splice(0).map((listener) => listener.close())));

async function listen(host: '127.0.0.1' | '::1' | 'localhost' = '127.0.0.1') {
  const listener = await listenForCallback({ host, port: 0, state: STATE });
  open.push(listener);
  return listener;
}

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

function visit(
  { redirectUri }: CallbackListener,
  path: string,
  { method = 'GET', headers = {} }: { method?: string; headers?: Record<string, string> } = {},
): Promise<Answer> {
  const { hostname, port } = new URL(redirectUri);
  return new Promise((resolve, reject) => {
    request(
      {
        host: hostname.replace(/^\[|\]$/g, ''),
        port,
        path,
        method,
        headers: { host: new URL(redirectUri).host, ...headers },
      },
      async (response) => {
        let body = '';
        for await (const chunk of response) body += String(chunk);
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body });
      },
    )
      .on('error', reject)
      .end();
  });
}

/** Whether the login still waits: nothing that was tried so far counted. */
async function stillWaits(listener: CallbackListener): Promise<void> {
  const answered = visit(listener, `/callback${QUERY}`);
  const { url, answer } = await listener.callback;
  expect(url.searchParams.get('code')).toBe('the-code');
  answer('success');
  expect((await answered).status).toBe(200);
}

describe('the listener for the browser', () => {
  it.each(['127.0.0.1', '::1', 'localhost'] as const)(
    'takes the answer on %s and says how it went',
    async (host) => {
      const listener = await listen(host);
      expect(listener.redirectUri).toMatch(/^http:\/\/(127\.0\.0\.1|\[::1\]|localhost):\d+\/callback$/);
      await stillWaits(listener);
    },
  );
  it('shows a failure as one', async () => {
    const listener = await listen();
    const answered = visit(listener, `/callback${QUERY}`);
    (await listener.callback).answer('failure');
    expect(await answered).toMatchObject({
      status: 400,
      body: expect.stringContaining('You are not logged in'),
    });
  });
  it('answers a second callback with nothing, and keeps the first', async () => {
    const listener = await listen();
    const first = visit(listener, `/callback${QUERY}`);
    const { url, answer } = await listener.callback;
    const second = await visit(listener, `/callback?code=another&state=${encodeURIComponent(STATE)}`);
    expect(second.status).toBe(410);
    expect(url.searchParams.get('code')).toBe('the-code');
    answer('success');
    expect((await first).status).toBe(200);
    expect(listener.paste(`${listener.redirectUri}${QUERY}`)).toBe(false);
  });

  const hostile: readonly [string, number, string, { method?: string; headers?: Record<string, string> }?][] =
    [
      ['another state', 400, '/callback?code=evil&state=guess'],
      ['no state', 400, '/callback?code=evil'],
      ['two states', 400, `/callback${QUERY}&state=${encodeURIComponent(STATE)}`],
      ['another path', 404, `/${QUERY}`],
      ['a path below', 404, `/callback/x${QUERY}`],
      ['an absolute address', 404, `http://attacker.example/callback${QUERY}`],
      ['two slashes', 404, `//attacker.example/callback${QUERY}`],
      ['a form', 404, `/callback${QUERY}`, { method: 'POST' }],
      ['a preflight', 404, `/callback${QUERY}`, { method: 'OPTIONS' }],
      ['another name for this machine', 404, `/callback${QUERY}`, { headers: { host: 'attacker.example' } }],
      ['the name without its port', 404, `/callback${QUERY}`, { headers: { host: '127.0.0.1' } }],
      [
        'a script of another site',
        403,
        `/callback${QUERY}`,
        { headers: { origin: 'https://attacker.example' } },
      ],
      [
        'an image of another site',
        403,
        `/callback${QUERY}`,
        { headers: { 'sec-fetch-dest': 'image', 'sec-fetch-mode': 'no-cors' } },
      ],
      [
        'a frame of another site',
        403,
        `/callback${QUERY}`,
        { headers: { 'sec-fetch-dest': 'iframe', 'sec-fetch-mode': 'navigate' } },
      ],
    ];
  it.each(hostile)('turns away %s with %i and waits on', async (_, status, path, options) => {
    const listener = await listen();
    const answer = await visit(listener, path, options);
    expect(answer.status).toBe(status);
    expect(answer.body).not.toMatch(/evil|guess|attacker|the-code/);
    await stillWaits(listener);
  });
  it('turns away a huge callback and waits on', async () => {
    const listener = await listen();
    expect((await visit(listener, `/callback?code=${'x'.repeat(40_000)}&state=x`)).status).toBe(431);
    await stillWaits(listener);
  });
  it('lets nobody keep the browser out by slow connections', async () => {
    const listener = await listen();
    const port = Number(new URL(listener.redirectUri).port);
    const slow: Socket[] = [];
    for (let i = 0; i < 100; i++) {
      const socket = connect(port, '127.0.0.1').on('error', () => undefined);
      await once(socket, 'connect');
      socket.write('GET /callback HTTP/1.1\r\n');
      slow.push(socket);
    }
    await stillWaits(listener);
    for (const socket of slow) socket.destroy();
  });
  it('puts no script, no frame and no cache between itself and the user', async () => {
    const listener = await listen();
    for (const path of ['/', `/callback?code=<script>alert(1)</script>&state=x`]) {
      const { headers, body } = await visit(listener, path);
      expect(headers).toMatchObject({
        'cache-control': 'no-store',
        'referrer-policy': 'no-referrer',
        'x-content-type-options': 'nosniff',
        'content-security-policy': expect.stringMatching(
          /^default-src 'none'; style-src 'sha256-[^']+'; .*frame-ancestors 'none'$/,
        ),
      });
      expect(headers.location).toBeUndefined();
      expect(body).not.toMatch(/<script|alert/);
    }
  });
  it('is reached on loopback only', async () => {
    const listener = await listen();
    expect(new URL(listener.redirectUri).hostname).toBe('127.0.0.1');
    await expect(
      visit({ ...listener, redirectUri: listener.redirectUri.replace('127.0.0.1', '127.0.0.2') }, '/'),
    ).rejects.toThrow('ECONNREFUSED');
  });
  it('says which port is in use', async () => {
    const listener = await listen();
    const port = Number(new URL(listener.redirectUri).port);
    await expect(listenForCallback({ host: '127.0.0.1', port, state: STATE })).rejects.toThrow(
      /port \d+ is in use.*--redirect-port/,
    );
  });
});

describe('a pasted address', () => {
  it('is as good as a visit', async () => {
    const listener = await listen();
    expect(listener.paste(`  ${listener.redirectUri}${QUERY}\n`)).toBe(true);
    expect((await listener.callback).url.searchParams.get('code')).toBe('the-code');
  });
  it.each([
    ['of another login', (uri: string) => `${uri}?code=evil&state=guess`],
    ['of another place', () => `https://attacker.example/callback${QUERY}`],
    ['of another port', (uri: string) => `${uri.replace(/:\d+/, ':1')}${QUERY}`],
    ['that is none', () => 'the-code'],
  ])('%s counts for nothing', async (_, text) => {
    const listener = await listen();
    expect(listener.paste(text(listener.redirectUri))).toBe(false);
    await stillWaits(listener);
  });
});
