import { describe, expect, it } from 'vitest';
import { hashPassword, passwordMatches } from '../../../src/server/auth/password-hash.js';

describe('the hash of a password', () => {
  it('says how it was made, has a salt of its own, and is of that password', async () => {
    const [one, other] = [await hashPassword('open sesame'), await hashPassword('open sesame')];
    expect(one).toMatch(/^\$scrypt\$ln=15,r=8,p=3\$[\w+/]{22}==\$[\w+/]{43}=$/);
    expect(one).not.toBe(other);
    expect(one).not.toContain('sesame');
    expect(await passwordMatches('open sesame', one)).toBe(true);
    expect(await passwordMatches('open sesame ', one)).toBe(false);
  });

  it('is the same for the same letters in another form', async () => {
    const stored = await hashPassword('caf\u00e9 noir');
    expect(await passwordMatches('cafe\u0301 noir', stored)).toBe(true);
  });

  it('goes by the parameters that are stored', async () => {
    // RFC 7914, section 12: "password", "NaCl", N = 1024, r = 8, p = 16, the first 32 bytes.
    const rfc = `$scrypt$ln=10,r=8,p=16$${Buffer.from('NaCl').toString('base64')}$${Buffer.from(
      'fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b373162',
      'hex',
    ).toString('base64')}`;
    expect(await passwordMatches('password', rfc)).toBe(true);
    expect(await passwordMatches('passwort', rfc)).toBe(false);
  });

  it.each([
    undefined,
    '',
    'open sesame',
    '$scrypt$ln=40,r=8,p=1$AAAA$AAAA',
    '$scrypt$ln=15,r=999999,p=3$AAAA$AAAA',
    '$scrypt$ln=15,r=8,p=3$AAAA$AAAA',
  ])('that is none matches nothing: %s', async (stored) => {
    expect(await passwordMatches('open sesame', stored)).toBe(false);
    expect(await passwordMatches('', stored)).toBe(false);
  });
});
