/** The flags of `gizmo client`, those of a connection by themselves, for other commands that connect. */
import type { FlagSpec } from './parse-line.js';

const CONNECTION = 'CONNECTION';
const LOGIN = 'LOGIN';
const INPUT = 'INPUT';
const OUTPUT = 'OUTPUT';

/** Where to, and what proves the two ends. */
export const CONNECTION_FLAGS = {
  host: { kind: 'text', char: 'h', summary: 'host name or address (default localhost)', group: CONNECTION },
  port: { kind: 'count', char: 'p', min: 1, max: 65_535, summary: 'port (default 31337)', group: CONNECTION },
  uri: { kind: 'text', summary: 'the same as the argument URI', group: CONNECTION },
  tls: {
    kind: 'switch',
    negatable: true,
    summary: 'encrypt, and verify the server; the default for other machines',
    group: CONNECTION,
  },
  plaintext: {
    kind: 'switch',
    summary: 'send everything unencrypted, the password too, where the network itself is safe',
    group: CONNECTION,
  },
  'tls-roots': {
    kind: 'text',
    value: 'FILE',
    summary: "certificates to trust instead of the system's (PEM): an authority, or the server's own",
    group: CONNECTION,
  },
  'tls-pin': {
    kind: 'text',
    value: 'PIN',
    summary:
      "the server's key, as 64 hex digits or sha256//BASE64 (gizmo pki spki); enough without --tls-roots",
    group: CONNECTION,
  },
  'tls-server-name': {
    kind: 'text',
    value: 'NAME',
    summary: "name that the server's certificate must have (default the host)",
    group: CONNECTION,
  },
  'tls-skip-verify': {
    kind: 'switch',
    negatable: true,
    summary: 'encrypt without verifying the server: anyone in between can read everything',
    group: CONNECTION,
  },
  'mtls-cert': { kind: 'text', value: 'FILE', summary: 'client certificate (PEM)', group: CONNECTION },
  'mtls-key': {
    kind: 'text',
    value: 'FILE',
    summary: 'its private key (PEM); the passphrase of an encrypted one is asked for',
    group: CONNECTION,
  },
  'mtls-key-passphrase-file': {
    kind: 'text',
    value: 'FILE',
    summary: 'file with the passphrase of --mtls-key',
    group: CONNECTION,
  },
  'connect-timeout': {
    kind: 'count',
    min: 1,
    max: 86_400,
    value: 'SECONDS',
    summary: 'time for connecting and logging in (default 10)',
    group: CONNECTION,
  },
} as const satisfies Readonly<Record<string, FlagSpec>>;

/** Who logs in. */
export const LOGIN_FLAGS = {
  profile: {
    kind: 'text',
    value: 'NAME',
    summary: 'use this stored login, and connect to its server (gizmo auth status lists them)',
    group: LOGIN,
  },
  username: { kind: 'text', char: 'u', summary: 'name to log in with', group: LOGIN },
  password: { kind: 'switch', char: 'W', summary: 'ask for the password', group: LOGIN },
  'password-file': { kind: 'text', value: 'FILE', summary: 'file with the password', group: LOGIN },
  'password-stdin': { kind: 'switch', summary: 'password on standard input', group: LOGIN },
  'token-file': { kind: 'text', value: 'FILE', summary: 'file with a bearer token', group: LOGIN },
  'auth-type': {
    kind: 'text',
    value: 'TYPE',
    summary: "password (default), or external: in a browser, at the server's identity provider",
    group: LOGIN,
  },
} as const satisfies Readonly<Record<string, FlagSpec>>;

/** In the order help shows them. */
export const CLIENT_FLAGS = {
  ...CONNECTION_FLAGS,
  ...LOGIN_FLAGS,
  command: {
    kind: 'texts',
    char: 'c',
    value: 'SQL',
    summary: 'run SQL and exit; repeatable, in order with -f',
    group: INPUT,
  },
  file: {
    kind: 'texts',
    char: 'f',
    value: 'FILE',
    summary: 'run a file and exit; - is standard input',
    group: INPUT,
  },
  init: { kind: 'text', value: 'FILE', summary: 'run a file first', group: INPUT },
  'no-init': { kind: 'switch', summary: "leave out the shell's own init file", group: INPUT },
  bail: {
    kind: 'switch',
    negatable: true,
    summary: 'stop at the first error (the default outside the shell)',
    group: INPUT,
  },

  output: {
    kind: 'text',
    char: 'o',
    value: 'FILE',
    summary: 'write results to a file; its ending chooses the format',
    group: OUTPUT,
  },
  format: {
    kind: 'text',
    summary: 'box, table, csv, tsv, json, jsonl, markdown, line, list, arrow or none',
    group: OUTPUT,
  },
  csv: { kind: 'switch', summary: '--format csv', group: OUTPUT },
  json: { kind: 'switch', summary: '--format json', group: OUTPUT },
  table: { kind: 'switch', summary: '--format table', group: OUTPUT },
  box: { kind: 'switch', summary: '--format box (default)', group: OUTPUT },
  markdown: { kind: 'switch', summary: '--format markdown', group: OUTPUT },
  'no-align': { kind: 'switch', char: 'A', summary: '--format list', group: OUTPUT },
  'no-header': { kind: 'switch', summary: 'no column names', group: OUTPUT },
  'tuples-only': { kind: 'switch', char: 't', summary: 'no column names, no footer', group: OUTPUT },
  'null-string': {
    kind: 'text',
    aliases: ['null'],
    value: 'TEXT',
    summary: "text for NULL (default: the format's own)",
    group: OUTPUT,
  },
  echo: { kind: 'switch', char: 'e', summary: 'show each statement before it runs', group: OUTPUT },
  quiet: { kind: 'switch', char: 'q', summary: 'no messages but errors', group: OUTPUT },
} as const satisfies Readonly<Record<string, FlagSpec>>;

export type ConnectionFlag = keyof typeof CONNECTION_FLAGS | keyof typeof LOGIN_FLAGS;
export type ClientFlag = keyof typeof CLIENT_FLAGS;

/** Flags of other clients that this version does not have. */
export const LATER_CLIENT_FLAGS: readonly string[] = ['oauth-port', 'session-tag', 'query-tag'];
