import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { inOptionWords, toOptionWords } from '../../src/client/option-words.js';
import { GizmoError } from '../../src/errors.js';
import { ROOT } from '../support/root.js';

const CLIENT = join(ROOT, 'src', 'client');
const FILES = [
  join(CLIENT, 'connect.ts'),
  ...readdirSync(join(CLIENT, 'connect')).map((name) => join(CLIENT, 'connect', name)),
];
/** The texts in which one of these files names a flag. */
const SENTENCES = FILES.flatMap((file) =>
  [...readFileSync(file, 'utf8').matchAll(/(['`])((?:(?!\1).)*--[a-z](?:(?!\1).)*)\1/g)].map(
    ([, , text = '']) => text,
  ),
);

/** A flag of the server, and a command that names itself. */
const OTHERS = /the server's --tls-min-version|gizmo pki issue --client/;

describe('errors of connecting, to a program', () => {
  it.each(SENTENCES)('name no flag of ours: %s', (sentence) => {
    expect(toOptionWords(sentence).replace(OTHERS, '')).not.toMatch(/--[a-z]/);
  });
  it.each(SENTENCES)('keep no piece of a flag: %s', (sentence) => {
    expect(toOptionWords(sentence)).not.toMatch(/`-|tls\.\w+-/);
  });
  it.each([
    ['Name the authority with --tls-roots FILE; --tls-pin', 'Name the authority with tls.roots; tls.pins'],
    ['which one it must have with --tls-server-name.', 'which one it must have with tls.serverName.'],
    ['Say which name it has with --tls-server-name.', 'Say which name it has with tls.serverName.'],
    ['trust the server instead, with --tls-roots <ca>.pem.', 'trust the server instead, with tls.roots.'],
    ['Name your own with --tls-roots or SSL_CERT_FILE.', 'Name your own with tls.roots or SSL_CERT_FILE.'],
    ['Connect with --tls, and leave out --plaintext.', 'Connect with `tls: true`.'],
    ['Connect without --plaintext.', 'Connect with `tls: true`.'],
    ['does not speak TLS. Connect without --tls.', 'does not speak TLS. Connect with `tls: false`.'],
    ['whether the server expects --tls.', 'whether the server expects TLS.'],
    ['Give one with --mtls-cert and --mtls-key.', 'Give one with tls.clientCertificate.'],
  ])('say for %s: %s', (flags, options) => {
    expect(toOptionWords(flags)).toBe(options);
  });
  it('are the same but for that', () => {
    const cause = new Error('below');
    const told = inOptionWords(
      new GizmoError('UNAVAILABLE', 'Give one with --mtls-cert and --mtls-key.', { cause }),
    );
    expect(told).toMatchObject({
      code: 'UNAVAILABLE',
      message: 'Give one with tls.clientCertificate.',
      cause,
    });
    const other = new GizmoError('NOT_FOUND', 'nothing');
    expect(inOptionWords(other)).toBe(other);
  });
});
