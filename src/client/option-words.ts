/** Errors of connecting speak of the shell's flags; those of the library speak of its options. */
import { GizmoError } from '../errors.js';

/** The same error in the words of ClientOptions; anything else as it is. */
export function inOptionWords(reason: unknown): unknown {
  if (!(reason instanceof GizmoError)) return reason;
  const message = toOptionWords(reason.message);
  return message === reason.message ? reason : new GizmoError(reason.code, message, { cause: reason.cause });
}

/** The same sentence in the words of ClientOptions. */
export function toOptionWords(sentence: string): string {
  return WORDS.reduce((text, [flag, option]) => text.replace(flag, option), sentence);
}

/** In this order: the first are parts of sentences that only make sense on a command line. */
const WORDS: readonly (readonly [flag: RegExp, option: string])[] = [
  [/Connect with --username[^.]*\./g, 'Give username and password, or token.'],
  [/--plaintext connects without it/g, '`tls: false` connects without it'],
  [/\bwithout --tls\b/g, 'with `tls: false`'],
  [/\bwith --tls\b|\bwithout --plaintext\b/g, 'with `tls: true`'],
  [/--tls-roots (?:FILE|<[^>]*>\.pem)/g, 'tls.roots'],
  [/--tls-roots/g, 'tls.roots'],
  [/--tls-pin\b/g, 'tls.pins'],
  [/--tls-server-name/g, 'tls.serverName'],
  [/--tls-skip-verify/g, 'tls.skipVerify'],
  [/--mtls-cert and --mtls-key/g, 'tls.clientCertificate'],
  [/--mtls-cert\b/g, 'tls.clientCertificate.cert'],
  [/--mtls-key\b/g, 'tls.clientCertificate.key'],
  [/whether the server expects --tls\b/g, 'whether the server expects TLS'],
];
