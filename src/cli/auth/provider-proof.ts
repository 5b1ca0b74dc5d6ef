/** Logging in at the identity provider that the server names. */

import type { ProviderLoginOptions } from '../../client/login/provider-login.js';
import { GizmoError } from '../../errors.js';
import type { Connection } from '../connection.js';
import { toConnectionPlan } from '../connection-plan.js';
import { provenByProvider } from '../provider-login.js';
import type { LoginLine, Proven } from './login-flags.js';

/** @throws GizmoError as `provenByProvider`, USAGE for a redirect host that is none */
export async function logInByProvider(connection: Connection, line: LoginLine): Promise<Proven> {
  return provenByProvider(toConnectionPlan(connection, { kind: 'none' }), {
    method: line.isOn('device') === true ? 'device' : line.isOn('web') === true ? 'web' : undefined,
    noBrowser: line.isOn('no-browser') === true,
    redirectHost: redirectHost(line.text('redirect-host')),
    redirectPort: line.count('redirect-port'),
  });
}

function redirectHost(text: string | undefined): RedirectHost | undefined {
  const host = HOSTS.find((it) => it === text?.toLowerCase().replace(/^\[(.*)\]$/, '$1'));
  if (text === undefined || host !== undefined) return host;
  throw new GizmoError(
    'USAGE',
    `--redirect-host is ${HOSTS.slice(0, -1).join(', ')} or ${HOSTS.at(-1)}, not "${text}".`,
  );
}

type RedirectHost = NonNullable<ProviderLoginOptions['redirectHost']>;
const HOSTS: readonly RedirectHost[] = ['127.0.0.1', '::1', 'localhost'];
