/** From what the TLS flags say to a TlsConfig, or to a sentence that names the flag that is wrong. */
import { parsePin } from '../../pki/pin.js';
import type { CertificateMapping } from '../model/certificate-mapping.js';
import { isRole, type Role } from '../model/principal.js';
import type { ClientCertificatesConfig, TlsConfig, TlsIdentityConfig } from './tls-config.js';
import { usage } from './usage.js';

/** The TLS flags as given. */
export interface RawTlsSettings {
  /** `auto`, or the paths of certificate and key. */
  readonly tls?: readonly string[];
  /** Directory of the development PKI that `auto` uses; undefined: it lives as long as the server. */
  readonly 'pki-directory'?: string;
  readonly 'tls-min-version'?: string;
  readonly 'mtls-ca-cert-filename'?: string;
  readonly 'mtls-crl-filename'?: string;
  readonly 'crl-stale'?: string;
  readonly 'mtls-principal'?: readonly string[];
  readonly 'mtls-default-role'?: string;
}

/** What the rest of the configuration says of certificates. */
export interface TlsContext {
  /** The only way in is a certificate. */
  readonly certificatesOnly: boolean;
  /** There is another way in beside certificates. */
  readonly otherWayIn: boolean;
}

/** Throws GizmoError USAGE with the flag to change in the sentence. */
export function parseTls(raw: RawTlsSettings, context: TlsContext): TlsConfig | undefined {
  const minVersion = parseMinVersion(raw['tls-min-version']);
  const clients = parseClients(raw, context);
  if (raw.tls !== undefined)
    return { identity: parseIdentity(raw.tls, raw['pki-directory']), minVersion, clients };
  if (clients !== undefined) {
    throw usage('--mtls-ca-cert-filename needs TLS: add --tls CERT KEY, or --tls auto for development.');
  }
  if (raw['tls-min-version'] !== undefined)
    throw usage('--tls-min-version needs --tls CERT KEY or --tls auto.');
  return undefined;
}

function parseIdentity(words: readonly string[], directory: string | undefined): TlsIdentityConfig {
  const [certFile, keyFile, ...others] = words;
  if (certFile === 'auto' && keyFile === undefined) return { kind: 'auto', directory };
  if (certFile === undefined || keyFile === undefined || others.length > 0) {
    throw usage('--tls takes a certificate and its key (--tls CERT KEY), or auto (--tls auto).');
  }
  return { kind: 'files', certFile, keyFile };
}

function parseMinVersion(text = '1.3'): TlsConfig['minVersion'] {
  switch (text.toLowerCase().replace(/^tlsv?/, '')) {
    case '1.2':
      return 'TLSv1.2';
    case '1.3':
      return 'TLSv1.3';
    default:
      throw usage(`--tls-min-version ${text}: choose 1.2 or 1.3.`);
  }
}

function parseClients(
  raw: RawTlsSettings,
  { certificatesOnly, otherWayIn }: TlsContext,
): ClientCertificatesConfig | undefined {
  const caFile = raw['mtls-ca-cert-filename'];
  const stale = parseStale(raw['crl-stale']);
  const crlFile = raw['mtls-crl-filename'];
  const principals = parsePrincipals(raw['mtls-principal'], raw['mtls-default-role']);
  if (caFile === undefined) {
    const needy = (['mtls-principal', 'mtls-crl-filename', 'mtls-default-role'] as const).find(
      (flag) => raw[flag] !== undefined,
    );
    if (needy === undefined && !certificatesOnly) return undefined;
    throw usage(
      `${needy === undefined ? '--auth mtls' : `--${needy}`} needs --mtls-ca-cert-filename FILE, the CA that signs client certificates.`,
    );
  }
  if (raw['crl-stale'] !== undefined && crlFile === undefined)
    throw usage('--crl-stale needs --mtls-crl-filename FILE.');
  if (certificatesOnly && principals === undefined) {
    throw usage(
      "--auth mtls lets in whom --mtls-principal names, and nobody is named. Add one: --mtls-principal 'ann=cn:ann,role=user'.",
    );
  }
  // Without principals the certificate is a gate before another login, and a gate that may be walked around is none.
  const required = principals === undefined || !otherWayIn;
  return { caFile, crlFile, crlStale: stale, required, principals };
}

function parseStale(text = 'refuse'): 'refuse' | 'warn' {
  if (text === 'refuse' || text === 'warn') return text;
  throw usage(`--crl-stale ${text}: choose refuse or warn.`);
}

function parsePrincipals(
  texts: readonly string[] | undefined,
  defaultRole: string | undefined,
): CertificateMapping[] | undefined {
  const role = parseRole(defaultRole ?? 'readonly', '--mtls-default-role');
  if (texts === undefined || texts.length === 0) {
    if (defaultRole !== undefined) throw usage('--mtls-default-role needs --mtls-principal.');
    return undefined;
  }
  const mappings = texts.map((text) => parsePrincipal(text, role));
  const seen = new Map<string, CertificateMapping>();
  for (const mapping of mappings) {
    const key = `${mapping.by}:${mapping.value}`;
    const other = seen.get(key);
    if (other !== undefined)
      throw usage(`--mtls-principal: ${other.name} and ${mapping.name} both have ${key}. Keep one of them.`);
    seen.set(key, mapping);
  }
  return mappings;
}

/** `NAME=cn:X[,role=ROLE]` or `NAME=spki:PIN[,role=ROLE]`; a common name may hold anything, commas too. */
function parsePrincipal(text: string, defaultRole: Role): CertificateMapping {
  const match = /^([^=]+)=(cn|spki):(.+?)(?:,role=([^,]*))?$/s.exec(text);
  const [, name = '', by, value = '', role] = match ?? [];
  if (match === null || /,role=/.test(value))
    throw usage(
      `--mtls-principal ${text}: write NAME=cn:X or NAME=spki:PIN, and a role behind it: ,role=ROLE.`,
    );
  if (/[\0-\x1f\x7f:]/.test(name) || name === 'token' || name.length > 256)
    throw usage(
      `--mtls-principal ${text}: the name is at most 256 characters, without ':' and control characters, and not "token".`,
    );
  return {
    name,
    role: role === undefined ? defaultRole : parseRole(role, `--mtls-principal ${text}`),
    by: by === 'spki' ? 'spki' : 'cn',
    value: by === 'spki' ? readPin(value, text) : value,
  };
}

function readPin(value: string, text: string): string {
  try {
    return parsePin(value).toString('hex');
  } catch (cause) {
    throw usage(
      `--mtls-principal ${text}: a pin is 64 hex digits or sha256//BASE64, as gizmo pki spki prints it.`,
      cause,
    );
  }
}

function parseRole(text: string, what: string): Role {
  if (isRole(text)) return text;
  throw usage(`${what}: the roles are admin, user and readonly, not "${text}".`);
}
