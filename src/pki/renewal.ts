/** When a certificate is due, and where one that is named by a word lies. Knows node:crypto only. */
import type { X509Certificate } from 'node:crypto';
import { join } from 'node:path';
import { GizmoError } from '../errors.js';
import { isPresent } from './store.js';

/** Part of the whole life, or a span of time, before the end. */
export type Before = { readonly share: number } | { readonly ms: number };

/**
 * `33%`, `7d`, `12h`, `30m`.
 * @throws GizmoError USAGE
 */
export function parseBefore(text: string): Before {
  const [, number, unit] = /^(\d{1,6}(?:\.\d{1,3})?)(%|d|h|m)$/.exec(text) ?? [];
  if (number === undefined || (unit === '%' && Number(number) > 100))
    throw new GizmoError(
      'USAGE',
      `--before is a part of the life (33%) or a time (7d, 12h, 30m), not "${text}".`,
    );
  if (unit === '%') return { share: Number(number) / 100 };
  return { ms: Number(number) * (unit === 'd' ? 86_400_000 : unit === 'h' ? 3_600_000 : 60_000) };
}

/** The moment from which a certificate is to be renewed. */
export function dueDate({ validFrom, validTo }: X509Certificate, before: Before): Date {
  const end = Date.parse(validTo);
  return new Date(end - ('ms' in before ? before.ms : (end - Date.parse(validFrom)) * before.share));
}

/** The path of a certificate named by its path, with or without .crt, or by its name in the PKI directory. */
export function findCertificateFile(directory: string, word: string): string | undefined {
  const paths = [word, `${word}.crt`, join(directory, word), join(directory, `${word}.crt`)];
  return paths.find(isPresent);
}
