import { describe, expect, it } from 'vitest';
import { createCertificatePrincipals, onePerson } from '../../../src/server/auth/certificate.js';
import { makePrincipal } from '../../../src/server/auth/make-principal.js';
import { createSessionTokens } from '../../../src/server/auth/session-token.js';
import type { CertificateMapping } from '../../../src/server/model/certificate-mapping.js';
import type { Principal } from '../../../src/server/model/principal.js';

const PIN = 'ab'.repeat(32);
const OTHER_PIN = 'cd'.repeat(32);
const certificate = (commonName: string | undefined, pin = OTHER_PIN) => ({
  commonName,
  pin,
  serialNumber: '01',
});
const mappings: CertificateMapping[] = [
  { name: 'analyst', role: 'user', by: 'cn', value: 'analyst' },
  { name: 'reporting', role: 'readonly', by: 'spki', value: PIN },
];
const stranger = expect.objectContaining({
  code: 'UNAUTHENTICATED',
  message: expect.stringContaining('stands for nobody'),
});

describe('certificate principals', () => {
  const principals = createCertificatePrincipals(mappings);

  it('finds by common name and by pin', () => {
    expect(principals.identify(certificate('analyst'))).toMatchObject({
      name: 'analyst',
      role: 'user',
      method: 'certificate',
    });
    expect(principals.identify(certificate('whoever', PIN))).toMatchObject({ name: 'reporting' });
  });

  it('looks at the pin before the common name', () => {
    expect(principals.identify(certificate('analyst', PIN))).toMatchObject({ name: 'reporting' });
  });

  it.each<[string, string | undefined]>([
    ['an unmapped name', 'eve'],
    ['the name of a pinned principal with another key', 'reporting'],
    ['the name in other letters', 'Analyst'],
    ['a name with a space behind it', 'analyst '],
    ['a pin for a name', PIN],
    ['a name that looks like a table key', `spki:${PIN}`],
    ['no name', undefined],
  ])('refuses %s', (_, name) => {
    expect(() => principals.identify(certificate(name))).toThrow(stranger);
  });

  it('without a certificate, or without a table, nobody is named', () => {
    expect(principals.identify(undefined)).toBeUndefined();
    expect(createCertificatePrincipals(undefined).identify(certificate('analyst'))).toBeUndefined();
  });

  it('an empty table lets nobody in', () => {
    expect(() => createCertificatePrincipals([]).identify(certificate('analyst'))).toThrow(stranger);
  });

  it('goes by a new table at once', () => {
    const changing = createCertificatePrincipals(mappings);
    changing.replace([]);
    expect(() => changing.identify(certificate('analyst'))).toThrow(stranger);
  });
});

describe('a certificate and a credential', () => {
  const analyst = createCertificatePrincipals(mappings).identify(certificate('analyst')) as Principal;
  const ann = makePrincipal('ann', 'admin', 'password');
  const sameName = makePrincipal('analyst', 'admin', 'password');

  it('that name two people are refused', () => {
    expect(() => onePerson(analyst, ann, false)).toThrow(/different people/);
  });

  it('that name one person are the certificate’s, so that a password raises no role', () => {
    expect(onePerson(analyst, sameName, false)).toBe(analyst);
  });

  it('each alone is enough, and none is nobody', () => {
    const rules = [{ catalog: 'sales', access: 'read' }] as const;
    const limited = makePrincipal(analyst.name, 'admin', 'token', rules);
    expect(onePerson(analyst, limited, false)).toMatchObject({ role: analyst.role, catalogAccess: rules });
    expect(onePerson(analyst, undefined, false)).toBe(analyst);
    expect(onePerson(undefined, ann, false)).toBe(ann);
    expect(onePerson(undefined, undefined, false)).toBeUndefined();
  });

  it('a session token got by certificate is worth nothing without one', async () => {
    const tokens = createSessionTokens('a secret key of this test', Date.now);
    const { token } = await tokens.issue(analyst);
    const claims = await tokens.verify({ kind: 'bearer', token });
    expect(claims).toMatchObject({ needsCertificate: true, principal: { name: 'analyst', role: 'user' } });
    expect(() => onePerson(undefined, claims?.principal, true)).toThrow(/only together/);
    const { token: plain } = await tokens.issue(ann);
    expect(await tokens.verify({ kind: 'bearer', token: plain })).toMatchObject({ needsCertificate: false });
  });
});
