import { X509Certificate } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import * as tls from 'node:tls';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { readSystemRoots } from '../../../src/client/connect/system-roots.js';
import { readKeychains, readWindowsStores } from '../../../src/client/connect/system-roots-tools.js';
import { makeAuthority, pemOf } from '../../support/certificates.js';

const folder = mkdtempSync(join(tmpdir(), 'gizmo-roots-'));
const [one, two, three, four] = ['one', 'two', 'three', 'four'].map((name) =>
  pemOf(makeAuthority(name)).trim(),
);
const place = (name: string): string => join(folder, name);
beforeAll(() => {
  writeFileSync(place('bundle.pem'), `# a remark\n${one}\n# another\n${two}\n`);
  mkdirSync(place('certs'));
  writeFileSync(place('certs/three.pem'), `${three}\n`);
  symlinkSync('three.pem', place('certs/0a775a30.0'));
  writeFileSync(place('outside.pem'), `${four}\n`);
  symlinkSync(place('outside.pem'), place('certs/four.pem'));
  writeFileSync(place('certs/notes.txt'), 'nothing');
  symlinkSync('/no/such/file', place('certs/dangling.pem'));
  mkdirSync(place('empty'));
  writeFileSync(place('none.pem'), '-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n');
});
afterAll(() => rmSync(folder, { recursive: true }));

/** What is read with nothing but these variables set, of the certificates this test has made. */
function read(environment: Record<string, string>): string[] {
  const known = new Set([one, two, three, four]);
  return readSystemRoots(undefined, environment, 'linux').filter((pem) => known.has(pem));
}

describe('the variables of OpenSSL and Node', () => {
  test('SSL_CERT_FILE is the bundle', () => {
    expect(read({ SSL_CERT_FILE: place('bundle.pem') })).toEqual([one, two]);
  });

  test('SSL_CERT_DIR is a list of directories, read once for each certificate', () => {
    const list = [place('certs'), place('empty'), place('certs')].join(':');
    expect(new Set(read({ SSL_CERT_DIR: list }))).toEqual(new Set([three, four]));
    expect(read({ SSL_CERT_DIR: list })).toHaveLength(2);
  });

  test('both are read', () => {
    expect(read({ SSL_CERT_FILE: place('bundle.pem'), SSL_CERT_DIR: place('certs') })).toHaveLength(4);
  });

  test('NODE_EXTRA_CA_CERTS adds', () => {
    const environment = { SSL_CERT_FILE: place('bundle.pem'), NODE_EXTRA_CA_CERTS: place('outside.pem') };
    expect(read(environment)).toEqual([one, two, four]);
  });

  test.each([
    [{ SSL_CERT_FILE: '/no/such/file' }, /SSL_CERT_FILE names \/no\/such\/file, which cannot be read/],
    [{ SSL_CERT_DIR: '/no/such/folder' }, /SSL_CERT_DIR names \/no\/such\/folder, which cannot be read/],
    [{ SSL_CERT_FILE: folder }, /SSL_CERT_FILE names .*it is no file/],
    [{ SSL_CERT_FILE: '/dev/zero' }, /SSL_CERT_FILE names \/dev\/zero, which cannot be read: it is no file/],
    [{ NODE_EXTRA_CA_CERTS: '/no/such/file' }, /NODE_EXTRA_CA_CERTS names \/no\/such\/file/],
  ])('%j is refused', (environment, message) => {
    expect(() => readSystemRoots(undefined, environment, 'linux')).toThrow(message);
  });

  test('variables that name no certificate are refused, not made up for', () => {
    const environment = { SSL_CERT_FILE: place('none.pem'), SSL_CERT_DIR: place('empty') };
    expect(() => readSystemRoots(undefined, environment, 'linux')).toThrow(/There is no certificate in/);
  });
});

/** Stands in for a tool of another system: a shell script of that name, first on the PATH. */
function provide(name: string, script: string): void {
  const bin = place(`bin-${name}`);
  mkdirSync(bin, { recursive: true });
  writeFileSync(join(bin, name), `#!/bin/sh\n${script}`);
  chmodSync(join(bin, name), 0o755);
  vi.stubEnv('PATH', `${bin}${delimiter}${process.env.PATH}`);
}
afterEach(() => {
  vi.unstubAllEnvs();
});

describe('the stores of other systems', () => {
  const hash = (pem: string | undefined): string =>
    new X509Certificate(pem ?? '').fingerprint.replaceAll(':', '');

  test('macOS: the roots of Apple and those set to be trusted, without those set to be not', () => {
    const result = (value: number): string =>
      `<array><dict><key>kSecTrustSettingsResult</key><integer>${value}</integer></dict></array>`;
    const entry = (pem: string | undefined, settings: string): string =>
      `<key>${hash(pem)}</key><dict><key>modDate</key><date>2026-01-01T00:00:00Z</date>${settings}</dict>`;
    const settings = (value: string): string => `<key>trustSettings</key>${value}`;
    const list = (...entries: string[]): string =>
      `<plist><dict><key>trustList</key><dict>${entries.join('')}</dict></dict></plist>`;
    // One and two are Apple's, of which the user has denied two; of three and four only three is set to be trusted.
    writeFileSync(place('apple.pem'), `${one}\n${two}\n`);
    writeFileSync(place('keychain.pem'), `${three}\n${four}\n`);
    writeFileSync(place('user.plist'), list(entry(two, settings(result(3)))));
    writeFileSync(
      place('admin.plist'),
      list(entry(three, settings('<array/>')), entry(four, settings(result(4)))),
    );
    provide(
      'security',
      `case "$*" in
       "find-certificate -a -p /System/"*) cat ${place('apple.pem')};;
       "find-certificate -a -p") cat ${place('keychain.pem')};;
       "trust-settings-export -d "*) cp ${place('admin.plist')} "$3";;
       "trust-settings-export "*) cp ${place('user.plist')} "$2";;
       *) exit 1;;
       esac`,
    );
    expect(readKeychains()).toEqual([one, three]);
  });

  test('macOS: what is set to be trusted for mail only is not', () => {
    const policy = '<key>kSecTrustSettingsPolicyName</key><string>SMIME</string>';
    writeFileSync(
      place('user.plist'),
      `<dict><key>${hash(three)}</key><dict><key>trustSettings</key><array><dict>${policy}</dict></array></dict></dict>`,
    );
    writeFileSync(place('keychain.pem'), `${three}\n`);
    provide(
      'security',
      `case "$*" in
       "find-certificate -a -p") cat ${place('keychain.pem')};;
       "trust-settings-export -d "*) exit 1;;
       "trust-settings-export "*) cp ${place('user.plist')} "$2";;
       *) exit 1;;
       esac`,
    );
    expect(readKeychains()).toEqual([]);
  });

  test('Windows: what PowerShell prints', () => {
    writeFileSync(place('root.pem'), `${one?.replaceAll('\n', '\r\n')}\r\n`);
    provide('powershell.exe', `case "$4" in *Disallowed*) cat ${place('root.pem')};; *) exit 1;; esac`);
    expect(readWindowsStores().map(hash)).toEqual([hash(one)]);
  });

  // Newer Node finds the store of the real system behind the one that is played here.
  test.skipIf(Reflect.has(tls, 'getCACertificates'))(
    "without any store Node's own list is used, and that is said",
    () => {
      provide('security', 'exit 1');
      const said: string[] = [];
      expect(readSystemRoots((sentence) => said.push(sentence), {}, 'darwin')).toEqual(tls.rootCertificates);
      expect(said).toEqual([
        expect.stringMatching(/no certificate store.*Node's built-in list.*--tls-roots/),
      ]);
    },
  );
});
