/** ADBC's own OAuth flow (client credentials): a program gets a token by itself, and the server takes it. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunningServer } from '../../src/server/running-server.js';
import {
  MACHINE_AUDIENCE,
  MACHINE_CLIENT,
  type OpenIdProvider,
  startOpenIdProvider,
} from '../support/openid-provider.js';
import { ROOT } from '../support/root.js';
import { startTestServer } from '../support/start-test-server.js';
import { isInstalled, runForJson, TOOLS } from './tools.js';

describe.skipIf(!isInstalled('python'))('ADBC with an identity provider', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gizmo-oauth-'));
  const roots = join(folder, 'roots.pem');
  let provider: OpenIdProvider;
  let server: RunningServer;
  beforeAll(async () => {
    provider = await startOpenIdProvider();
    server = await startTestServer({
      tls: ['auto'],
      'pki-directory': join(folder, 'pki'),
      'token-allowed-issuer': provider.issuer,
      'token-allowed-audience': MACHINE_AUDIENCE,
      'token-default-role': 'readonly',
    });
    writeFileSync(roots, server.tls?.roots ?? '');
  });
  afterAll(async () => {
    await server.stop();
    provider.stop();
    rmSync(folder, { recursive: true });
  });

  const query = (secret: string) =>
    runForJson(TOOLS.python, [
      join(ROOT, 'test', 'interop', 'oauth.py'),
      String(server.address.port),
      roots,
      `${provider.issuer}/token`,
      MACHINE_CLIENT.id,
      secret,
    ]);

  it('logs in as the program', async () => {
    expect(await query(MACHINE_CLIENT.secret)).toEqual([[42]]);
  });
  it('does not with another secret', async () => {
    await expect(query('a guess')).rejects.toThrow('invalid_client');
  });
});
