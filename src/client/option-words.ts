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

/** In this order: the first are parts of sentences that only make sense on a command line. A flag is a whole word. */
const WORDS: readonly (readonly [flag: RegExp, option: string])[] = [
  [
    /Connect with --username[^.]*\. Or log in once: gizmo auth login \S+/g,
    'Give username and password, or token.',
  ],
  [/--plaintext connects without it/g, '`tls: false` connects without it'],
  [/\bwithout --tls(?![\w-])/g, 'with `tls: false`'],
  [
    /\bwith --tls(?![\w-])(?:, and leave out --plaintext)?|\bwithout --plaintext(?![\w-])/g,
    'with `tls: true`',
  ],
  [/--tls-roots (?:FILE|<[^>]*>\.pem)/g, 'tls.roots'],
  [/--tls-roots(?![\w-])/g, 'tls.roots'],
  [/--tls-pin(?![\w-])/g, 'tls.pins'],
  [/--tls-server-name(?![\w-])/g, 'tls.serverName'],
  [/--tls-skip-verify(?![\w-])/g, 'tls.skipVerify'],
  [/--mtls-cert and --mtls-key(?![\w-])/g, 'tls.clientCertificate'],
  [/--mtls-cert(?![\w-])/g, 'tls.clientCertificate.cert'],
  [/--mtls-key(?![\w-])/g, 'tls.clientCertificate.key'],
  [/whether the server expects --tls(?![\w-])/g, 'whether the server expects TLS'],
];
