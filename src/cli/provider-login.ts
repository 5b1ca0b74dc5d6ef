/** Login at an identity provider, from a terminal: what is said, what is opened, and what may be pasted. */
import type { StoredLogin } from '../client/credentials/stored-login.js';
import type { LoginUi } from '../client/login/login-ui.js';
import type { ProviderLogin, ProviderLoginOptions } from '../client/login/provider-login.js';
import { GizmoError } from '../errors.js';
import type { ConnectionPlan } from './connection-plan.js';
import { hasDisplay } from './display.js';
import { watchInterrupts } from './interrupts.js';
import { readSecret } from './read-secret.js';
import { harmless } from './report-error.js';

export type TerminalLoginOptions = Pick<ProviderLoginOptions, 'method' | 'redirectHost' | 'redirectPort'> & {
  /** Show the address only. */
  readonly noBrowser?: boolean | undefined;
};

/**
 * Everything is said on standard error.
 * @throws GizmoError as `logInAtProvider`, and UNAUTHENTICATED without a terminal unless a method was asked for by name
 */
export async function logInFromTerminal(
  { credentials: _, ...server }: ConnectionPlan,
  { noBrowser = false, ...options }: TerminalLoginOptions,
): Promise<ProviderLogin> {
  const isTerminal = process.stdin.isTTY === true && process.stderr.isTTY === true;
  if (!isTerminal && options.method === undefined)
    throw new GizmoError(
      'UNAUTHENTICATED',
      'Without a terminal no login is begun. Log in beforehand, with gizmo auth login --web or --device, or give a token with GIZMO_TOKEN or --token-file.',
    );
  const { logInAtProvider } = await import('../client/login/provider-login.js');
  const interrupts = watchInterrupts();
  try {
    const canOpen = !noBrowser && hasDisplay(process.env);
    return await logInAtProvider({
      ...options,
      server,
      ui: createUi(canOpen ? await browserOpener() : undefined, isTerminal),
      signal: interrupts.signal,
    });
  } finally {
    interrupts.dispose();
  }
}

/** The same as it is stored. */
export async function provenByProvider(
  server: ConnectionPlan,
  options: TerminalLoginOptions,
): Promise<ProvenByProvider> {
  const { method, user, token, refreshToken, expiresAtS, oidc } = await logInFromTerminal(server, options);
  return {
    method,
    token,
    oidc,
    ...(user === undefined ? {} : { user }),
    ...(refreshToken === undefined ? {} : { refreshToken }),
    ...(expiresAtS === undefined ? {} : { expiresAtS }),
  };
}

export type ProvenByProvider = Pick<
  StoredLogin,
  'method' | 'user' | 'token' | 'refreshToken' | 'expiresAtS' | 'oidc'
>;

async function browserOpener(): Promise<LoginUi['open']> {
  return (await import('../client/login/open-browser.js')).openBrowser;
}

function createUi(open: LoginUi['open'], isTerminal: boolean): LoginUi {
  return {
    say: (text) => void process.stderr.write(`${harmless(text)}\n`),
    open,
    askPaste: isTerminal ? (signal) => readSecret('Address: ', '', signal) : undefined,
  };
}
