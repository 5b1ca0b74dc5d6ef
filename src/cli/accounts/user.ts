/** `gizmo user …`: each verb is one SQL statement of the server. Passwords never stand on the command line. */
import { GizmoError } from '../../errors.js';
import { refuseSurplus, requireArgument } from '../arguments.js';
import { type FlagSpec, type ParsedLine, parseLine } from '../parse-line.js';
import { readSecret } from '../read-secret.js';
import { readSecretFile, readSecretStdin } from '../secret-file.js';
import { showResult } from '../show-result.js';
import {
  ACCOUNT_FLAGS,
  quotedName,
  quotedText,
  roleClause,
  runStatement,
  showList,
  withClient,
} from './common.js';

const group = 'USER';

const NEW_PASSWORD_FLAGS = {
  'new-password-file': { kind: 'text', value: 'FILE', summary: "file with the user's password", group },
  'new-password-stdin': { kind: 'switch', summary: "the user's password on standard input", group },
} as const satisfies Record<string, FlagSpec>;

/** Of `gizmo user create`, in the order help shows them. */
export const CREATE_FLAGS = {
  role: { kind: 'text', summary: 'admin, user or readonly (default readonly)', group },
  'no-password': { kind: 'switch', summary: 'nobody logs in with a password: tokens only', group },
  ...NEW_PASSWORD_FLAGS,
  ...ACCOUNT_FLAGS,
} as const satisfies Record<string, FlagSpec>;

/** Of `gizmo user password`. */
export const PASSWORD_FLAGS = { ...NEW_PASSWORD_FLAGS, ...ACCOUNT_FLAGS } as const;

/** Each answers the exit code. */
export async function createUser(argv: readonly string[]): Promise<number> {
  const line = parseLine(argv, CREATE_FLAGS);
  const name = requireArgument(line.args, 'the user');
  const role = line.text('role');
  const clause = roleClause(role);
  const ask = line.isOn('no-password') === true ? undefined : chooseNewPassword(line, name);
  const sql = async () => {
    const password = await ask?.();
    const passwordClause = password === undefined ? '' : ` PASSWORD ${quotedText(password)}`;
    return `CREATE USER ${quotedName(name)}${passwordClause}${clause}`;
  };
  return runStatement(line, sql, {
    result: { user: name, role: role ?? 'readonly' },
    sentence: `${name} is a user with the role ${role ?? 'readonly'}.`,
  });
}

/** `gizmo user password NAME`. */
export async function changePassword(argv: readonly string[]): Promise<number> {
  const line = parseLine(argv, PASSWORD_FLAGS);
  const name = requireArgument(line.args, 'the user');
  const ask = chooseNewPassword(line, name);
  const sql = async () => `ALTER USER ${quotedName(name)} PASSWORD ${quotedText(await ask())}`;
  return runStatement(line, sql, {
    result: { user: name },
    sentence: `${name} has another password. Sessions of before are over.`,
  });
}

/** `gizmo user role NAME ROLE`. */
export async function changeRole(argv: readonly string[]): Promise<number> {
  const line = parseLine(argv, ACCOUNT_FLAGS);
  const [name, role] = line.args;
  refuseSurplus(line.args, 2);
  if (name === undefined || role === undefined)
    throw new GizmoError('USAGE', 'Name the user and the role: admin, user or readonly. See --help.');
  return runStatement(line, `ALTER USER ${quotedName(name)}${roleClause(role)}`, {
    result: { user: name, role },
    sentence: `${name} has the role ${role}, after logging in again.`,
  });
}

/** `gizmo user list`. */
export async function listUsers(argv: readonly string[]): Promise<number> {
  const line = parseLine(argv, ACCOUNT_FLAGS);
  refuseSurplus(line.args, 0);
  const times = ['suspended_at', 'created_at'];
  return showList(line, 'users', { table: 'gizmo_users()', times, order: 'user_name' });
}

/** `gizmo user suspend NAME`. Says so where the name is no user's, because it may be misspelt. */
export async function suspendUser(argv: readonly string[]): Promise<number> {
  const line = parseLine(argv, ACCOUNT_FLAGS);
  const name = requireArgument(line.args, 'the user');
  const isUser = await withClient(line, async (client, signal) => {
    await client.execute(`ALTER USER ${quotedName(name)} SUSPEND`, { signal });
    const found = await client.query(
      `select user_name from gizmo_users() where lower(user_name) = lower(${quotedText(name)}) and role is not null`,
      { signal },
    );
    return (await found.toArray()).length > 0;
  });
  const elsewhere = isUser
    ? ''
    : ` No user of this server has that name: it is kept out if an identity provider or a certificate knows it. Undo it with gizmo user activate.`;
  showResult(
    line,
    { user: name, is_user: isUser },
    () => `${name} is suspended, and has no session any more.${elsewhere}`,
  );
  return 0;
}

/** `gizmo user activate NAME`. */
export function activateUser(argv: readonly string[]): Promise<number> {
  return runOnName(argv, (name) => `ALTER USER ${name} ACTIVATE`, 'may log in');
}

/** `gizmo user drop NAME`. */
export function dropUser(argv: readonly string[]): Promise<number> {
  return runOnName(argv, (name) => `DROP USER ${name}`, 'is no user any more, and has no tokens');
}

async function runOnName(
  argv: readonly string[],
  sql: (name: string) => string,
  outcome: string,
): Promise<number> {
  const line = parseLine(argv, ACCOUNT_FLAGS);
  const name = requireArgument(line.args, 'the user');
  return runStatement(line, sql(quotedName(name)), {
    result: { user: name },
    sentence: `${name} ${outcome}.`,
  });
}

type NewPasswordLine = Pick<ParsedLine<keyof typeof NEW_PASSWORD_FLAGS | 'password-stdin'>, 'text' | 'isOn'>;

function chooseNewPassword(line: NewPasswordLine, name: string): () => Promise<string> {
  const file = line.text('new-password-file');
  const stdin = line.isOn('new-password-stdin') === true;
  if (file !== undefined && stdin)
    throw new GizmoError('USAGE', '--new-password-file and --new-password-stdin: keep one.');
  if (stdin && line.isOn('password-stdin') === true)
    throw new GizmoError('USAGE', 'Standard input cannot be two passwords: give one of them as a file.');
  return () => readNewPassword(name, file, stdin);
}

async function readNewPassword(name: string, file: string | undefined, stdin: boolean): Promise<string> {
  if (file !== undefined) return readSecretFile(file);
  if (stdin) return readSecretStdin();
  const remedy = 'Use --new-password-file or --new-password-stdin.';
  const password = await readSecret(`New password of ${name}: `, remedy);
  if ((await readSecret('The same again: ', remedy)) === password) return password;
  throw new GizmoError('USAGE', 'The two are not the same. Nothing was changed.');
}
