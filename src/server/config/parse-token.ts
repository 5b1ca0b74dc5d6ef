/** From what the --token flags say to a TokenConfig, or to a sentence that names the flag that is wrong. */
import { isProtectedUrl } from '../../oidc/safe-url.js';
import { isRole, type Role } from '../model/principal.js';
import { readFile } from './read-file.js';
import type { RoleMapping, TokenConfig, TokenKeysConfig } from './token-config.js';
import { usage } from './usage.js';

/** The token flags as given. */
export interface RawTokenSettings {
  readonly 'token-allowed-issuer'?: string;
  readonly 'token-allowed-audience'?: string;
  readonly 'token-signature-verify-cert-path'?: string;
  readonly 'token-jwks-uri'?: string;
  readonly 'token-default-role'?: string;
  readonly 'token-role-mapping'?: readonly string[];
  readonly 'token-authorized-emails'?: string;
  readonly 'token-email-claim'?: string;
}

/** Of session tokens: nobody else may be taken for their issuer. */
export const OWN_ISSUER = 'gizmo';

/**
 * `oauthClientId` is the audience where none is given. Throws GizmoError USAGE with the flag to change in the sentence; undefined where tokens are no way
 * in.
 */
export function parseToken(raw: RawTokenSettings, oauthClientId?: string): TokenConfig | undefined {
  const issuer = raw['token-allowed-issuer'];
  // An ID token is made for the client (OpenID Connect Core 1.0 §2).
  const audience = raw['token-allowed-audience'] ?? oauthClientId;
  if (issuer === undefined && audience === undefined) {
    const [other] =
      Object.entries(raw).find(([flag, value]) => OTHERS.has(flag) && value !== undefined) ?? [];
    if (other === undefined) return undefined;
    throw usage(`--${other} needs --token-allowed-issuer and --token-allowed-audience.`);
  }
  if (issuer === undefined || issuer === '')
    throw usage('--token-allowed-audience needs --token-allowed-issuer: whose tokens are accepted.');
  if (audience === undefined || audience === '')
    throw usage(
      '--token-allowed-issuer needs --token-allowed-audience, or --oauth-client-id: the issuer makes tokens for other programs too.',
    );
  if (issuer === OWN_ISSUER) throw usage(`--token-allowed-issuer ${issuer}: this name is the server's own.`);
  return Object.freeze({
    issuer,
    audience,
    keys: parseKeys(raw, issuer),
    roleMappings: (raw['token-role-mapping'] ?? []).map(parseMapping),
    defaultRole:
      raw['token-default-role'] === undefined
        ? undefined
        : parseRole('--token-default-role', raw['token-default-role']),
    authorizedEmails: parseEmails(raw['token-authorized-emails']),
    emailClaim: raw['token-email-claim'] ?? 'email',
  });
}

const OTHERS: ReadonlySet<string> = new Set([
  'token-signature-verify-cert-path',
  'token-jwks-uri',
  'token-default-role',
  'token-role-mapping',
  'token-authorized-emails',
  'token-email-claim',
]);

function parseKeys(raw: RawTokenSettings, issuer: string): TokenKeysConfig {
  const source = raw['token-signature-verify-cert-path'];
  const url = raw['token-jwks-uri'];
  if (source !== undefined && url !== undefined)
    throw usage('Both --token-signature-verify-cert-path and --token-jwks-uri are given. Keep one.');
  if (source !== undefined)
    return { kind: 'pem', pem: readFile('token-signature-verify-cert-path', source), source };
  if (url !== undefined) {
    assertSafeUrl('--token-jwks-uri', url);
    return { kind: 'jwks', url };
  }
  assertSafeUrl('--token-allowed-issuer', issuer);
  return { kind: 'discovery' };
}

/** Keys that come in the clear could be anybody's. */
function assertSafeUrl(flag: string, text: string): void {
  if (isProtectedUrl(text)) return;
  throw usage(
    `${flag} ${text}: the keys that prove tokens are fetched from there, so it has to be an https:// address. Without one, give the public key with --token-signature-verify-cert-path FILE.`,
  );
}

function parseMapping(text: string): RoleMapping {
  const match = /^(?:"([^"]+)"|([^":=]+)):(.+)=([^=]+)$/.exec(text);
  if (match === null)
    throw usage(
      `--token-role-mapping ${text}: write CLAIM:VALUE=ROLE, such as groups:analysts=readonly; a claim with a colon stands in quotes, as in "cognito:groups":analysts=readonly.`,
    );
  const [, quoted, bare, value = '', role = ''] = match;
  return { claim: quoted ?? bare ?? '', value, role: parseRole('--token-role-mapping', role) };
}

function parseRole(flag: string, text: string): Role {
  if (isRole(text)) return text;
  throw usage(`${flag} ${text}: choose admin, user or readonly.`);
}

function parseEmails(text: string | undefined): readonly string[] | undefined {
  if (text === undefined) return undefined;
  const patterns = text
    .split(',')
    .map((it) => it.trim().toLowerCase())
    .filter((it) => it !== '');
  if (patterns.length === 0)
    throw usage(
      '--token-authorized-emails is empty and would let nobody in. Leave it out, or name addresses.',
    );
  const odd = patterns.find((it) => it.lastIndexOf('*') > 0);
  if (odd !== undefined)
    throw usage(
      `--token-authorized-emails ${odd}: a * may stand only at the beginning, as in *@example.com.`,
    );
  return patterns.includes('*') ? undefined : patterns;
}
