/** CREATE USER, ALTER USER and DROP USER: for administrators, and for everybody their own password. */
import { randomBytes } from 'node:crypto';
import { GizmoError } from '../../../errors.js';
import { hashPassword } from '../../auth/password-hash.js';
import { suspended } from '../../auth/standing.js';
import { nameKey } from '../../model/account.js';
import { isPersonName } from '../../model/person-name.js';
import type { Person } from '../../model/principal.js';
import type { Session } from '../../session/session.js';
import { type AccountManagement, ended, isAdministrator, ROLES } from './account-management.js';
import type { OwnCaller, OwnCommand, OwnFamily } from './own-statement.js';
import type { Words } from './words.js';

/** The family; `server` is asked when a statement runs. */
export function usersFamily(server: AccountManagement): OwnFamily {
  return {
    begins: [
      ['CREATE', 'USER'],
      ['ALTER', 'USER'],
      ['DROP', 'USER'],
    ],
    usage: USAGE,
    parse(words) {
      if (words.take('CREATE', 'USER')) return createUser(server, words);
      if (words.take('ALTER', 'USER')) return alterUser(server, words);
      words.take('DROP', 'USER');
      return dropUser(server, words);
    },
  };
}

const USAGE =
  "CREATE USER [IF NOT EXISTS] name [PASSWORD '…'] [ROLE admin|user|readonly], ALTER USER name PASSWORD '…' | ROLE admin|user|readonly | SUSPEND | ACTIVATE, DROP USER [IF EXISTS] name";

const PASSWORD_CHARS_MIN = 8;
const PASSWORD_CHARS_MAX = 1024;
/** Names of nobody: how tokens are shown, how strangers ask, who starts the server. */
const RESERVED: ReadonlySet<string> = new Set(['token', '__discover__', 'operator']);

function createUser(server: AccountManagement, words: Words): OwnCommand {
  const ifNew = words.take('IF', 'NOT', 'EXISTS');
  const name = words.name('a user name');
  const password = words.take('PASSWORD') ? readPassword(words) : undefined;
  const role = words.take('ROLE') ? words.choose('the role', ROLES) : 'readonly';
  words.end();
  return forAdministrators('create users', async (by) => {
    assertFree(server, name);
    const { accounts, nowMs } = server;
    if (ifNew && accounts.user(name) !== undefined) return;
    const hash = password === undefined ? undefined : await hashInTurn(server, by, name, password);
    const createdMs = Math.round(nowMs());
    await accounts.createUser({ name, role, password: hash, generation: makeGeneration(), createdMs });
  });
}

function alterUser(server: AccountManagement, words: Words): OwnCommand {
  const name = words.name('a user name');
  if (words.take('PASSWORD')) return changePassword(server, name, words);
  if (words.take('ROLE')) return changeRole(server, name, words);
  if (words.take('SUSPEND')) return suspend(server, name, words);
  if (!words.take('ACTIVATE')) words.fail('PASSWORD, ROLE, SUSPEND or ACTIVATE is expected');
  words.end();
  return forAdministrators('activate users', async () => {
    const { accounts } = server;
    if (!(await accounts.activate(name))) requireUser(server, name);
  });
}

function changePassword(server: AccountManagement, name: string, words: Words): OwnCommand {
  const password = readPassword(words);
  words.end();
  return {
    ...forAdministrators("change other users' passwords", async (by) => {
      const { accounts, sessions } = server;
      requireUser(server, name);
      const hash = await hashInTurn(server, by, name, password);
      await accounts.changeUser(name, { password: hash, generation: makeGeneration() });
      // Its own call is answered; its next one has to show the new password.
      await sessions.endWhere((session) =>
        isUser(session, name) && session !== by.session
          ? ended('The password of this user was changed.')
          : undefined,
      );
    }),
    // Not by a token, however it was come by: with a password it would outlive its end.
    mayRun: (principal) => isAdministrator(principal) || isHimself(principal, name),
  };
}

function changeRole(server: AccountManagement, name: string, words: Words): OwnCommand {
  const role = words.choose('the role', ROLES);
  words.end();
  return forAdministrators('change roles', async (by) => {
    const { accounts, sessions } = server;
    requireUser(server, name);
    await accounts.changeUser(name, { role });
    await sessions.endWhere((session) =>
      actsFor(session, name) && session !== by.session
        ? ended('The role of this user was changed.')
        : undefined,
    );
  });
}

function suspend(server: AccountManagement, name: string, words: Words): OwnCommand {
  words.end();
  return forAdministrators('suspend users', async ({ session: own }) => {
    const { accounts, sessions, administrator, nowMs } = server;
    if (nameKey(name) === nameKey(own.principal.name)) throw notYourself('suspend');
    if (nameKey(name) === nameKey(administrator)) throw isConfigured(name);
    await accounts.suspend(name, Math.round(nowMs()));
    await sessions.endTokensOf(name);
    await sessions.endWhere(({ principal }) =>
      nameKey(principal.name) === nameKey(name) ? suspended(principal.name) : undefined,
    );
  });
}

function dropUser(server: AccountManagement, words: Words): OwnCommand {
  const ifThere = words.take('IF', 'EXISTS');
  const name = words.name('a user name');
  words.end();
  return forAdministrators('drop users', async ({ session: own }) => {
    const { accounts, grants, policies, sessions } = server;
    if (actsFor(own, name)) throw notYourself('drop');
    if (ifThere && accounts.user(name) === undefined) return;
    requireUser(server, name);
    // Before the user: whoever gets the name next must not find rights that were meant for another.
    await grants.revoke(({ grantee }) => grantee.kind === 'user' && grantee.name === name);
    await policies.forgetUser(name);
    await accounts.dropUser(name);
    await sessions.endWhere((session) =>
      actsFor(session, name) ? ended('This user was dropped.') : undefined,
    );
  });
}

/** A statement of administrators that answers nothing. */
function forAdministrators(what: string, run: (by: OwnCaller) => Promise<void>): OwnCommand {
  return {
    what,
    mayRun: isAdministrator,
    inTransaction: 'refused',
    schema: { fields: [] },
    async run(by) {
      await run(by);
      return [];
    },
  };
}

function readPassword(words: Words): string {
  const password = words.string('the password');
  if (password.length < PASSWORD_CHARS_MIN || password.length > PASSWORD_CHARS_MAX) {
    throw new GizmoError(
      'INVALID_ARGUMENT',
      `A password has ${PASSWORD_CHARS_MIN} to ${PASSWORD_CHARS_MAX} characters.`,
    );
  }
  return password;
}

/** Among the logins that are being checked, so that together they take no more of the machine. */
function hashInTurn(
  { hashing }: AccountManagement,
  { session }: OwnCaller,
  name: string,
  password: string,
): Promise<string> {
  return hashing.run(session.id, name, () => hashPassword(password));
}

function assertFree({ accounts, administrator }: AccountManagement, name: string): void {
  if (RESERVED.has(nameKey(name)) || name.includes(':') || !isPersonName(name))
    throw new GizmoError(
      'INVALID_ARGUMENT',
      `${JSON.stringify(name)} cannot be a user: the name is reserved, has a ':' in it, or characters that do not show.`,
    );
  if (nameKey(name) === nameKey(administrator)) throw isConfigured(name);
  if (!accounts.isSuspended(name)) return;
  throw new GizmoError(
    'FAILED_PRECONDITION',
    `The name ${JSON.stringify(name)} is suspended. ALTER USER … ACTIVATE it first.`,
  );
}

/** Whether a session is one of the stored user, logged in with the password. */
function isUser({ principal: { name, origin } }: Session, user: string): boolean {
  return name === user && origin?.kind === 'user';
}

/** Whether a session is one of the stored user, by password or by token. */
function actsFor(session: Session, user: string): boolean {
  const { name, origin } = session.principal;
  return isUser(session, user) || (name === user && origin?.kind === 'api-token');
}

function isHimself({ name, origin }: Person, user: string): boolean {
  return name === user && origin?.kind === 'user';
}

function makeGeneration(): string {
  return randomBytes(12).toString('base64url');
}

function notYourself(what: string): GizmoError {
  return new GizmoError('FAILED_PRECONDITION', `You cannot ${what} yourself. Ask another administrator.`);
}

/** One that CREATE USER made. @throws GizmoError NOT_FOUND, FAILED_PRECONDITION for the administrator of the configuration */
function requireUser({ accounts, administrator }: AccountManagement, name: string): void {
  if (accounts.user(name) === undefined && nameKey(name) === nameKey(administrator)) throw isConfigured(name);
  accounts.requireUser(name);
}

function isConfigured(name: string): GizmoError {
  return new GizmoError(
    'FAILED_PRECONDITION',
    `${JSON.stringify(name)} is the administrator of the server's configuration (--username), which is changed there.`,
  );
}
