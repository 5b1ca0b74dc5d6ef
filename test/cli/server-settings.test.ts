import { describe, expect, it } from 'vitest';
import { collectServerSettings } from '../../src/cli/server-settings.js';

describe('settings of the server', () => {
  const env = { GIZMO_PASSWORD: 'from env', GIZMO_PORT: '1', GIZMO_OAUTH_CLIENT_SECRET_FILE: '/env' };

  it.each([
    [{}, { password: 'from env', port: 1, 'oauth-client-secret-file': '/env' }],
    [{ port: 2 }, { password: 'from env', port: 2, 'oauth-client-secret-file': '/env' }],
    [{ 'password-file': '/flag' }, { 'password-file': '/flag', port: 1, 'oauth-client-secret-file': '/env' }],
    [{ 'oauth-client-secret': 'flag' }, { password: 'from env', port: 1, 'oauth-client-secret': 'flag' }],
  ])('flags %j go before the environment, whichever way they say it', (flags, expected) => {
    expect(collectServerSettings(flags, env)).toEqual(expected);
  });

  it('keep both where both come from the environment, which is then refused as two', () => {
    const both = { GIZMO_PASSWORD: 'a', GIZMO_PASSWORD_FILE: '/b' };
    expect(collectServerSettings({}, both)).toEqual({ password: 'a', 'password-file': '/b' });
  });
});
