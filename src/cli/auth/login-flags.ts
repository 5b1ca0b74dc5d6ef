/** The flags of `gizmo auth login`, and what a way to log in answers. */
import type { StoredLogin } from '../../client/credentials/stored-login.js';
import { CONNECTION_FLAGS, LOGIN_FLAGS } from '../client-flags.js';
import type { FlagSpec, ParsedLine } from '../parse-line.js';

const group = 'LOGIN';

/** In the order help shows them. */
export const LOGIN_COMMAND_FLAGS = {
  web: { kind: 'switch', summary: "in a browser, at the server's identity provider", group },
  device: { kind: 'switch', summary: 'there too, by a code that is entered on any other device', group },
  'no-browser': { kind: 'switch', summary: 'show the address, and open nothing', group },
  'redirect-host': {
    kind: 'text',
    value: 'HOST',
    summary: 'where the browser comes back to: 127.0.0.1, ::1 or localhost (default what the server says)',
    group,
  },
  'redirect-port': {
    kind: 'count',
    min: 1,
    max: 65_535,
    value: 'PORT',
    summary: 'port there, for providers that compare it (default what the server says, or any free one)',
    group,
  },
  username: LOGIN_FLAGS.username,
  password: { ...LOGIN_FLAGS.password, summary: 'by a password, which is asked for' },
  'password-file': { ...LOGIN_FLAGS['password-file'], summary: 'by a password in a file' },
  'password-stdin': { ...LOGIN_FLAGS['password-stdin'], summary: 'by a password on standard input' },
  'token-file': { ...LOGIN_FLAGS['token-file'], summary: 'by a token of your own in a file' },
  'token-stdin': { kind: 'switch', summary: 'by a token of your own on standard input', group },
  mtls: { kind: 'switch', summary: 'by the client certificate of --mtls-cert and --mtls-key', group },
  'credential-store': {
    kind: 'text',
    value: 'STORE',
    summary: 'where the secret is to lie: keychain (default) or file',
    group,
  },
  profile: { kind: 'text', value: 'NAME', summary: 'name of the login (default the server)', group },
  json: { kind: 'switch', summary: 'print the result as JSON', group },
  ...CONNECTION_FLAGS,
} as const satisfies Record<string, FlagSpec>;

export type LoginLine = ParsedLine<keyof typeof LOGIN_COMMAND_FLAGS>;

/** What was proven to the server, to be stored. */
export type Proven = Pick<
  StoredLogin,
  'method' | 'user' | 'token' | 'password' | 'refreshToken' | 'expiresAtS' | 'oidc'
>;
