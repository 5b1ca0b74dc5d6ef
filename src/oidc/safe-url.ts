/** Which addresses of an identity provider are protected well enough to be asked, and to be opened in a browser. */
import { isLoopback } from '../runtime-file.js';

/** Encrypted, or on this machine (http to a loopback address; RFC 8252 §8.3). */
export function isProtectedUrl(text: string): boolean {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  return url?.protocol === 'https:' || isLoopbackUrl(text);
}

/** http to a loopback address of this machine. */
export function isLoopbackUrl(text: string): boolean {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  return url?.protocol === 'http:' && isLoopback(url.hostname.replace(/^\[|\]$/g, ''));
}
