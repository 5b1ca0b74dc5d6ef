/** Logging in by what the user has at hand: a password, a token, a client certificate. */
import { GizmoError } from '../../errors.js';
import type { Connection } from '../connection.js';
import { toConnectionPlan } from '../connection-plan.js';
import { type CredentialFlags, type FoundCredentials, findCredentials } from '../credentials.js';
import type { LoginLine, Proven } from './login-flags.js';

/** What a command line asks for; undefined where it asks for none. @throws GizmoError USAGE for more than one way */
export function chooseOwnProof(line: LoginLine, connection: Connection): OwnProof | undefined {
  const asked = [
    ...PROVIDER_SWITCHES.filter((flag) => line.isOn(flag) === true),
    ...SWITCHES.filter((flag) => line.isOn(flag) === true),
    ...FILES.filter((flag) => line.text(flag) !== undefined),
  ];
  if (asked.length > 1)
    throw new GizmoError('USAGE', `There is one way to log in at a time, not --${asked.join(' and --')}.`);
  const [way] = asked;
  if (way === 'web' || way === 'device') return undefined;
  const hasCertificate = typeof connection.tls !== 'string' && connection.tls.clientCertificate !== undefined;
  if (way === 'mtls' && !hasCertificate)
    throw new GizmoError('USAGE', '--mtls needs the certificate: --mtls-cert and --mtls-key.');
  if (way !== undefined) return way;
  if (connection.uriPassword !== undefined) return 'uri';
  if (hasCertificate) return 'mtls';
  return undefined;
}

export type OwnProof = (typeof SWITCHES)[number] | (typeof FILES)[number] | 'uri';

/** Those are no proof of one's own. */
const PROVIDER_SWITCHES = ['web', 'device'] as const;
const SWITCHES = ['password', 'password-stdin', 'token-stdin', 'mtls'] as const;
const FILES = ['password-file', 'token-file'] as const;

/**
 * Connects by it, so that nothing is stored which the server refuses.
 * @throws GizmoError as `connect` does, and USAGE for a secret that cannot be read
 */
export async function logInByOwnProof(
  proof: OwnProof,
  connection: Connection,
  line: LoginLine,
): Promise<Proven> {
  const credentials: FoundCredentials =
    proof === 'mtls' ? { kind: 'none' } : await findCredentials(connection, only(proof, line), {});
  const { connect } = await import('../../client/connect.js');
  const client = await connect(toConnectionPlan(connection, credentials));
  const user = client.user ?? connection.username;
  await client.close();
  const named = user === undefined ? {} : { user };
  switch (credentials.kind) {
    case 'none':
      return { method: 'mtls', ...named };
    case 'password':
      return { method: 'password', user: credentials.user, password: credentials.password };
    case 'bearer': {
      const { tokenExpiry } = await import('../../client/credentials/token-expiry.js');
      const expiresAtS = tokenExpiry(credentials.token);
      return {
        method: 'token',
        token: credentials.token,
        ...named,
        ...(expiresAtS === undefined ? {} : { expiresAtS }),
      };
    }
  }
}

/** The one flag, so that nothing else on the line or in the environment is taken. */
function only(proof: OwnProof, line: LoginLine): CredentialFlags {
  switch (proof) {
    case 'password':
    case 'password-stdin':
    case 'token-stdin':
      return { [proof]: true };
    case 'password-file':
    case 'token-file':
      return { [proof]: line.text(proof) };
    case 'mtls':
    case 'uri':
      return {};
  }
}
