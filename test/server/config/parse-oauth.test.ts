/** The --oauth flags: what they come to, and each way to get them wrong. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { parseConfig } from '../../../src/server/config/parse-config.js';
import { parseOAuth } from '../../../src/server/config/parse-oauth.js';

const folder = mkdtempSync(join(tmpdir(), 'gizmo-oauth-'));
afterAll(() => rmSync(folder, { recursive: true }));
const issuer = { 'token-allowed-issuer': 'https://idp.example' };
const client = { ...issuer, 'oauth-client-id': 'gizmo' };

describe('the OAuth settings', () => {
  it('are none without a client', () => {
    expect(parseOAuth({})).toBeUndefined();
  });
  it('of a public client', () => {
    expect(
      parseOAuth({ ...client, 'oauth-scopes': 'openid,email groups', 'oauth-redirect-host': '[::1]' }),
    ).toEqual({
      issuer: 'https://idp.example',
      clientId: 'gizmo',
      clientSecret: undefined,
      scopes: 'openid email groups',
      redirectHost: '::1',
      redirectPort: 0,
    });
  });
  it('take the secret from a file, without its line end', () => {
    const path = join(folder, 'secret');
    writeFileSync(path, 's3cret\n');
    expect(parseOAuth({ ...client, 'oauth-client-secret-file': path })?.clientSecret).toBe('s3cret');
  });
  it('make the client the audience of tokens, unless another is named', () => {
    expect(parseConfig(client, {}).token?.audience).toBe('gizmo');
    expect(parseConfig({ ...client, 'token-allowed-audience': 'api' }, {}).token?.audience).toBe('api');
  });
  it.each([
    [{ 'oauth-client-secret': 'x' }, /--oauth-client-secret needs --oauth-client-id/],
    [{ 'oauth-client-id': 'gizmo' }, /needs --token-allowed-issuer/],
    [{ ...client, 'token-allowed-issuer': 'http://idp.example' }, /https:/],
    [{ ...client, 'oauth-client-id': '' }, /--oauth-client-id is empty/],
    [{ ...client, 'oauth-client-secret': '' }, /secret is empty/],
    [{ ...client, 'oauth-client-secret': 'x', 'oauth-client-secret-file': 'y' }, /Keep one/],
    [{ ...client, 'oauth-client-secret-file': '/nowhere/at-all' }, /oauth-client-secret-file/],
    [{ ...client, 'oauth-scopes': 'email' }, /openid has to be among them/],
    [{ ...client, 'oauth-redirect-host': 'attacker.example' }, /own machine/],
    [{ ...client, 'oauth-redirect-port': 70_000 }, /--oauth-redirect-port/],
  ])('refuse %j', (raw, sentence) => {
    expect(() => parseOAuth(raw)).toThrow(sentence);
  });
  it('refuse ways in that leave nobody in who comes back from the provider', () => {
    expect(() => parseConfig({ ...client, auth: 'password', password: 'p' }, {})).toThrow('Add token');
  });
  it('keep the name of the discovery call for it', () => {
    expect(() => parseConfig({ username: '__discover__', password: 'p' }, {})).toThrow('reserved');
  });
});
