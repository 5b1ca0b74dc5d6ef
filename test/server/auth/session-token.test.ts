import { SignJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import { makePrincipal } from '../../../src/server/auth/make-principal.js';
import { createSessionTokens } from '../../../src/server/auth/session-token.js';

const UNAUTHENTICATED = expect.objectContaining({ code: 'UNAUTHENTICATED' });
const ann = makePrincipal('ann', 'user', 'password');
const bearer = (token: string) => ({ kind: 'bearer', token }) as const;
const now = () => Date.UTC(2026, 0, 1);

describe('session tokens', () => {
  const tokens = createSessionTokens('a key of some length', now);

  it('carry principal and session', async () => {
    const { token, sessionId } = await tokens.issue(ann);
    expect(await tokens.verify(bearer(token))).toEqual({
      principal: { name: 'ann', role: 'user', method: 'password' },
      sessionId,
      issuedAtS: now() / 1000,
      expiresAtS: now() / 1000 + 86_400,
      needsCertificate: false,
    });
  });

  it.each([
    { kind: 'user', generation: 'x' },
    { kind: 'api-token', id: 'abc' },
    { kind: 'issued', expiresAtS: 5, settings: 'abc' },
  ] as const)('carry what their bearer logged in with: %o', async (origin) => {
    const { token } = await tokens.issue(makePrincipal('ann', 'user', 'password', undefined, origin));
    expect((await tokens.verify(bearer(token)))?.principal.origin).toEqual(origin);
  });

  it('carry the catalogs that their bearer is limited to', async () => {
    const rules = [{ catalog: 'sales_*', access: 'read' }] as const;
    const { token } = await tokens.issue(makePrincipal('ann', 'user', 'token', rules));
    expect((await tokens.verify(bearer(token)))?.principal.catalogAccess).toEqual(rules);
  });

  it('are good on a server with the same key, and on no other', async () => {
    const { token } = await tokens.issue(ann);
    const same = createSessionTokens('a key of some length', now);
    const other = createSessionTokens('a key of other length', now);
    expect(await same.verify(bearer(token))).toMatchObject({ principal: { name: 'ann' } });
    await expect(other.verify(bearer(token))).rejects.toEqual(UNAUTHENTICATED);
  });

  it('leave other credentials to other strategies', async () => {
    expect(await tokens.verify(bearer('gzs_abc'))).toBeUndefined();
    expect(await tokens.verify({ kind: 'basic', username: 'a', password: 'b' })).toBeUndefined();
  });

  it('are refused when changed, unsigned, or signed with the key itself for other claims', async () => {
    const { token } = await tokens.issue(ann);
    const [header = '', payload = '', signature = ''] = token.split('.');
    const admin = Buffer.from(
      Buffer.from(payload, 'base64url').toString().replace('"user"', '"admin"'),
    ).toString('base64url');
    const none = Buffer.from('{"alg":"none","typ":"JWT"}').toString('base64url');
    const foreign = new SignJWT({ role: 'admin', sid: 'x' })
      .setProtectedHeader({ alg: 'HS256' })
      .setSubject('ann')
      .setExpirationTime('1h')
      .setIssuedAt()
      .setAudience('gizmo-session');
    const sign = () => foreign.sign(new TextEncoder().encode('a key of some length'));
    // Not ours by its own account: for another way in, or for none.
    expect(await tokens.verify(bearer(await sign()))).toBeUndefined();
    foreign.setIssuer('gizmo');
    for (const forged of [
      `${header}.${admin}.${signature}`,
      `${none}.${admin}.`,
      `${header}.${payload}.${signature.slice(2)}`,
      await sign(),
    ]) {
      await expect(tokens.verify(bearer(forged))).rejects.toEqual(UNAUTHENTICATED);
    }
  });
});
