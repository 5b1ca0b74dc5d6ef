/** The names a certificate can be for: what was typed, as the kind of subject alternative name it means. */
import { isIP } from 'node:net';
import { domainToASCII } from 'node:url';
import { GizmoError } from '../errors.js';

/** A subject alternative name (RFC 5280 §4.2.1.6). DNS names are lower-case A-labels. */
export interface SubjectName {
  readonly type: 'dns' | 'ip' | 'email' | 'uri';
  readonly value: string;
}

/**
 * `db.example.com`, `*.db.example.com`, `192.0.2.1`, `2001:db8::1`, `ada@example.com`, `spiffe://example.com/db`.
 * @throws GizmoError USAGE that names what is wrong with it
 */
export function parseName(text: string): SubjectName {
  const word = text.trim();
  if (word === '') throw wrong(text, 'it is empty');
  if (/[\x00-\x20\x7f]/.test(word)) throw wrong(text, 'names hold no spaces or control characters');
  const address = word.replace(/^\[(.*)\]$/, '$1');
  if (isIP(address) !== 0) return parseAddress(address, text);
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(word)) return parseUri(word);
  if (word.includes('@')) return parseEmail(word);
  return { type: 'dns', value: parseDnsName(word) };
}

/** The same names once each, in the order given. */
export function uniqueNames(names: readonly SubjectName[]): SubjectName[] {
  const seen = new Map(names.map((name) => [`${name.type}:${name.value}`, name]));
  return [...seen.values()];
}

/** Whether a text is a DNS name of the kind certificates may hold, without a wildcard. */
export function isHostName(text: string): boolean {
  return findFault(text.split('.')) === undefined && text.length <= DNS_LENGTH_MAX;
}

const DNS_LENGTH_MAX = 253;
const LABEL_LENGTH_MAX = 63;

function parseAddress(address: string, text: string): SubjectName {
  if (address.includes('%')) throw wrong(text, 'a zone (%) belongs to one machine and cannot be certified');
  // URL brings IPv6 into the one form of RFC 5952, so that equal addresses are equal texts.
  const value = address.includes(':') ? new URL(`http://[${address}]`).hostname.slice(1, -1) : address;
  return { type: 'ip', value };
}

function parseUri(word: string): SubjectName {
  const url = URL.canParse(word) ? new URL(word) : undefined;
  if (/^https?:/i.test(word))
    throw wrong(word, `a server is named by its host: ${url?.hostname || 'db.example.com'}`);
  if (url === undefined || url.host === '') throw wrong(word, 'it is no URI with a host');
  if (!/^[\x21-\x7e]+$/.test(word)) throw wrong(word, 'a URI is ASCII; write other characters as %XX');
  return { type: 'uri', value: word };
}

function parseEmail(word: string): SubjectName {
  const at = word.lastIndexOf('@');
  const [local, domain] = [word.slice(0, at), word.slice(at + 1)];
  if (!/^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/.test(local))
    throw wrong(word, 'what stands before the @ is not allowed in an e-mail address here');
  const host = parseDnsName(domain, word);
  if (host.startsWith('*')) throw wrong(word, 'an e-mail address has no wildcard');
  return { type: 'email', value: `${local}@${host}` };
}

function parseDnsName(word: string, shown = word): string {
  if (/^[^:]+:\d+$/.test(word)) throw wrong(shown, 'a certificate names hosts without their ports');
  if (/^[\d.]+\/\d+$/.test(word)) throw wrong(shown, 'a certificate names single addresses, not networks');
  const bare = word.endsWith('.') ? word.slice(0, -1) : word;
  const isWildcard = bare.startsWith('*.');
  const host = isWildcard ? bare.slice(2) : bare;
  if (host.includes('*') || host === '')
    throw wrong(shown, 'a wildcard is the whole first label and stands for one: *.db.example.com');
  const ascii = /^[\x21-\x7e]+$/.test(host) ? host.toLowerCase() : domainToASCII(host);
  if (ascii === '') throw wrong(shown, 'it is no name of the DNS');
  const labels = ascii.split('.');
  const fault = findFault(labels);
  if (fault !== undefined) throw wrong(shown, fault);
  if (isWildcard && labels.length < 2)
    throw wrong(shown, 'clients accept a wildcard only below two labels or more, such as *.example.com');
  const value = isWildcard ? `*.${ascii}` : ascii;
  if (value.length > DNS_LENGTH_MAX)
    throw wrong(shown, `names of the DNS have ${DNS_LENGTH_MAX} characters at most`);
  return value;
}

/** RFC 1034 §3.5, RFC 5890 §2.3.1; undefined where all is well. */
function findFault(labels: readonly string[]): string | undefined {
  for (const label of labels) {
    if (label === '') return 'there is nothing between two of its dots';
    if (label.length > LABEL_LENGTH_MAX)
      return `the part "${label.slice(0, 12)}…" is longer than ${LABEL_LENGTH_MAX} characters`;
    if (label.includes('_')) return 'host names hold no underscore';
    if (!/^[a-z0-9-]+$/i.test(label)) return 'host names are letters, digits, hyphens and dots';
    if (label.startsWith('-') || label.endsWith('-'))
      return 'no part of a host name begins or ends with a hyphen';
    if (/^..--/.test(label) && !isALabel(label)) return `"${label}" is no valid internationalized label`;
  }
  if (/^(\d+|0x[0-9a-f]*)$/i.test(labels.at(-1) ?? '')) return 'it looks like an address and is none';
  return undefined;
}

function isALabel(label: string): boolean {
  return /^xn--/i.test(label) && domainToASCII(label) === label.toLowerCase();
}

function wrong(text: string, reason: string): GizmoError {
  return new GizmoError('USAGE', `"${text}" cannot be the name in a certificate: ${reason}.`);
}
