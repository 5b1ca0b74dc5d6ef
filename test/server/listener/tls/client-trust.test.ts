import { createPublicKey } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAuthority, issueCertificate } from '../../../../src/pki/issue.js';
import { generateKey } from '../../../../src/pki/key.js';
import type { ClientCertificatesConfig } from '../../../../src/server/config/tls-config.js';
import { judgeChain, readClientTrust } from '../../../../src/server/listener/tls/client-trust.js';
import { makeAuthority } from '../../../support/certificates.js';
import { createTestPki, type TestPki } from '../../../support/test-pki.js';

const DAY_MS = 86_400_000;
let pki: TestPki;
beforeAll(() => {
  pki = createTestPki();
});
afterAll(() => pki.remove());

const config = (more: Partial<ClientCertificatesConfig> = {}): ClientCertificatesConfig => ({
  caFile: pki.clientCaFile,
  crlFile: undefined,
  crlStale: 'refuse',
  required: true,
  principals: undefined,
  ...more,
});
const trust = (more?: Partial<ClientCertificatesConfig>, nowMs = Date.now()) =>
  readClientTrust(config(more), nowMs);

describe('a chain of certificates', () => {
  it('is accepted until the first of its dates', () => {
    const ann = pki.issue(pki.clientCa, 'ann', { endsIn: 5 * DAY_MS });
    const now = Date.now();
    expect(judgeChain(trust(), [ann.certificate], now)).toEqual({
      refusal: undefined,
      untilMs: Date.parse(ann.certificate.validTo),
    });
    expect(judgeChain(trust(), [ann.certificate], now + 6 * DAY_MS).refusal?.message).toMatch(/expired on/);
    expect(judgeChain(trust(), [ann.certificate], now - 90 * DAY_MS).refusal?.message).toMatch(
      /not valid before/,
    );
  });

  it('must lead to an anchor by signatures, not by names', () => {
    const namesake = makeAuthority('test client CA');
    const forged = pki.issue(namesake, 'ann').certificate;
    expect(judgeChain(trust(), [forged], Date.now()).refusal?.message).toMatch(/not signed by a CA/);
    expect(judgeChain(trust(), [forged, pki.clientCa.certificate], Date.now()).refusal?.message).toMatch(
      /not signed by a CA/,
    );
  });

  it('does not lead over a certificate that may not sign', () => {
    const key = generateKey('p256');
    const ann = pki.issue(pki.clientCa, 'test client CA', { privateKey: key }).certificate;
    const byAnn = issueCertificate(
      { certificate: createAuthority({ commonName: 'test client CA', key, days: 9 }).certificate, key },
      {
        publicKey: createPublicKey(generateKey('p256')),
        role: 'client',
        names: [],
        commonName: 'eve',
        days: 5,
      },
    );
    expect(judgeChain(trust(), [byAnn, ann], Date.now()).refusal?.message).toMatch(/not signed by a CA/);
  });

  it('of nothing leads nowhere', () => {
    expect(judgeChain(trust(), [], Date.now()).refusal?.code).toBe('UNAUTHENTICATED');
  });
});

describe('revocation lists', () => {
  it('of two CAs in one file are each for their own', () => {
    const other = makeAuthority('other client CA');
    const [ann, ben] = [pki.issue(pki.clientCa, 'ann'), pki.issue(other, 'ben')];
    const caFile = pki.write(
      'two-cas.crt',
      pki.clientCa.certificate.toString() + other.certificate.toString(),
    );
    const crlFile = pki.write('two.crl', pki.crl(pki.clientCa, [ann.certificate]) + pki.crl(other, []));
    const both = trust({ caFile, crlFile });
    expect(judgeChain(both, [ann.certificate], Date.now()).refusal?.message).toMatch(/revoked/);
    expect(judgeChain(both, [ben.certificate], Date.now()).refusal).toBeUndefined();

    const onlyOne = trust({ caFile, crlFile: pki.write('one.crl', pki.crl(pki.clientCa, [])) });
    expect(judgeChain(onlyOne, [ben.certificate], Date.now()).refusal?.message).toMatch(/no revocation list/);
    expect(onlyOne.warnings(Date.now())).toEqual([
      expect.stringMatching(/no revocation list of the CA CN=other/),
    ]);
  });

  it('bound how long a verdict holds', () => {
    const ann = pki.issue(pki.clientCa, 'ann');
    const crlFile = pki.write('bound.crl', pki.crl(pki.clientCa, []));
    const { untilMs } = judgeChain(trust({ crlFile }), [ann.certificate], Date.now());
    expect(untilMs).toBeLessThanOrEqual(Date.now() + 7 * DAY_MS);
    expect(judgeChain(trust({ crlFile }), [ann.certificate], untilMs).refusal?.message).toMatch(
      /out of date/,
    );
    expect(
      judgeChain(trust({ crlFile, crlStale: 'warn' }), [ann.certificate], untilMs).refusal,
    ).toBeUndefined();
  });

  it('near their end are worth a warning', () => {
    const crlFile = pki.write('near.crl', pki.crl(pki.clientCa, []));
    expect(trust({ crlFile }).warnings(Date.now())).toEqual([]);
    expect(trust({ crlFile }).warnings(Date.now() + 6 * DAY_MS)).toEqual([
      expect.stringMatching(/gizmo pki crl/),
    ]);
  });
});

describe('files that cannot serve', () => {
  it.each<[string, () => Partial<ClientCertificatesConfig>, RegExp]>([
    [
      'a CA that is missing',
      () => ({ caFile: join(pki.directory, 'none') }),
      /--mtls-ca-cert-filename: cannot read/,
    ],
    [
      'a certificate that is no CA',
      () => ({ caFile: pki.write('leaf', pki.issue(pki.clientCa, 'x').cert) }),
      /gizmo pki init/,
    ],
    ['a list that is a certificate', () => ({ crlFile: pki.clientCaFile }), /holds no revocation list/],
    [
      'a list of another CA',
      () => ({ crlFile: pki.write('other', pki.crl(pki.serverCa, [])) }),
      /gizmo pki crl/,
    ],
    [
      'a list that a namesake signed',
      () => ({ crlFile: pki.write('namesake', pki.crl(makeAuthority('test client CA'), [])) }),
      /gizmo pki crl/,
    ],
  ])('%s', (_, more, sentence) => {
    expect(() => trust(more())).toThrow(
      expect.objectContaining({ code: 'USAGE', message: expect.stringMatching(sentence) }),
    );
  });

  it('CAs that all have expired', () => {
    expect(() => trust({}, Date.now() + 20 * 365 * DAY_MS)).toThrow(/every certificate in it has expired/);
  });
});
