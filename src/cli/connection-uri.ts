/** `gizmo://user@host:port?useEncryption=true&…`, also spelt `gizmosql://`. */
import { GizmoError } from '../errors.js';
import { nearest } from '../nearest.js';
import { parsePort, parseSwitch } from './environment.js';

/** @throws GizmoError USAGE naming what is wrong; never repeats a password */
export function parseConnectionUri(text: string): ConnectionUri {
  if (!isConnectionUri(text)) throw notUri(text);
  let url: URL;
  try {
    // As an http URL, whose parts the parser takes apart; of an unknown scheme it would leave the host alone.
    url = new URL(text.replace(/^gizmo(sql)?:/i, 'http:'));
  } catch (cause) {
    throw new GizmoError('USAGE', 'The connection URI is malformed. It looks like gizmo://user@host:31337.', {
      cause,
    });
  }
  if (url.pathname !== '' && url.pathname !== '/')
    throw new GizmoError('USAGE', 'The connection URI has a path; a Gizmo server has one database.');
  const read = readParameters(url.searchParams);
  const port = portOf(text);
  return {
    ...(url.hostname === '' ? {} : { host: url.hostname.replace(/^\[(.*)\]$/, '$1') }),
    ...(port === undefined ? {} : { port: parsePort(port, 'The port of the URI') }),
    ...defined('username', decode(url.username) || read.username),
    ...defined('password', decode(url.password) || undefined),
    ...defined('tls', read.useEncryption),
    ...defined('tlsSkipVerify', read.disableCertificateVerification),
    ...defined('tlsRoots', read.tlsRoots),
    ...defined('tlsPin', read.tlsPin),
    ...defined('tlsServerName', read.tlsServerName),
    ...defined('mtlsCert', read.mtlsCert),
    ...defined('mtlsKey', read.mtlsKey),
    ...defined('authType', read.authType),
  };
}

/** Whether a word is meant as a connection URI, well formed or not. */
export function isConnectionUri(word: string): boolean {
  return /^gizmo(sql)?:\/\//i.test(word);
}

export interface ConnectionUri {
  readonly host?: string;
  readonly port?: number;
  readonly username?: string;
  readonly password?: string;
  readonly tls?: boolean;
  readonly tlsSkipVerify?: boolean;
  readonly tlsRoots?: string;
  readonly tlsPin?: string;
  readonly tlsServerName?: string;
  readonly mtlsCert?: string;
  readonly mtlsKey?: string;
  readonly authType?: string;
}

/** Before an @ there may be a password: such a word is not repeated. */
function notUri(word: string): GizmoError {
  const shown = word.length > WORD_MAX ? `${word.slice(0, WORD_MAX)}…` : word;
  return new GizmoError(
    'USAGE',
    `${word.includes('@') ? 'This' : `"${shown}"`} is no connection URI, which looks like gizmo://user@host:31337. ` +
      `SQL goes after -c, a file of SQL after -f, a host after --host, a port after --port.${meant(word)}`,
  );
}

/** The URI of an address as others write it: `db:31337`, `grpc+tls://db:31337`. */
function meant(word: string): string {
  const { scheme, address } =
    /^(?:(?<scheme>grpc|grpc\+tcp|grpc\+tls|https?):\/\/)?(?<address>[\w.-]+:\d+|\[[\da-f:]+\]:\d+)\/?$/i.exec(
      word,
    )?.groups ?? {};
  if (address === undefined) return '';
  const tls = /^(?:grpc\+tls|https)$/i.test(scheme ?? '') ? '?useEncryption=true' : '';
  return ` Did you mean gizmo://${address}${tls}?`;
}

const WORD_MAX = 60;

interface Parameters {
  username?: string;
  useEncryption?: boolean;
  disableCertificateVerification?: boolean;
  tlsRoots?: string;
  tlsPin?: string;
  tlsServerName?: string;
  mtlsCert?: string;
  mtlsKey?: string;
  authType?: string;
}

const PARAMETERS = [
  'username',
  'useEncryption',
  'disableCertificateVerification',
  'tlsRoots',
  'tlsPin',
  'tlsServerName',
  'mtlsCert',
  'mtlsKey',
  'authType',
] as const;

function readParameters(given: URLSearchParams): Parameters {
  const read: Parameters = {};
  for (const [name, value] of given) {
    const known = PARAMETERS.find((parameter) => parameter.toLowerCase() === name.toLowerCase());
    if (known === undefined) {
      const guess = nearest(name, PARAMETERS);
      const hint = guess === undefined ? `Known are ${PARAMETERS.join(', ')}.` : `Did you mean ${guess}?`;
      throw new GizmoError('USAGE', `The connection URI has no parameter ${name}. ${hint}`);
    }
    if (known === 'useEncryption' || known === 'disableCertificateVerification')
      read[known] = parseSwitch(value, known);
    else read[known] = value;
  }
  return read;
}

/** From the text, because a URL drops the default port of its scheme. */
function portOf(text: string): string | undefined {
  const authority = /^[^/]*\/\/([^/?#]*)/.exec(text)?.[1] ?? '';
  return /:([^:\]@]*)$/.exec(authority.slice(authority.lastIndexOf('@') + 1))?.[1];
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // A lone % means itself.
  }
}

function defined<K extends string, V>(key: K, value: V | undefined): { [P in K]?: V } {
  const part: { [P in K]?: V } = {};
  if (value !== undefined) part[key] = value;
  return part;
}
