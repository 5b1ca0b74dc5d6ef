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
