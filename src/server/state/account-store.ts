/** Users, API tokens and suspensions: known in memory, and written before anything is known. */
import { GizmoError } from '../../errors.js';
import { type Accounts, nameKey, type StoredToken, type StoredUser } from '../model/account.js';
import { isRole, type Role } from '../model/principal.js';
import { createInTurn } from './in-turn.js';
import type { StateDatabase } from './state-database.js';

/** Each change resolves when it is in force and outlives a crash. Who is affected has to be told by the caller. */
export interface AccountStore extends Accounts {
  /** Throws NOT_FOUND. */
  requireUser(name: string): StoredUser;
  /** Throws ALREADY_EXISTS where a user's name differs in letter case at most. */
  createUser(user: StoredUser): Promise<void>;
  /** Puts another role or password in place. Throws NOT_FOUND where there is no such user. */
  changeUser(
    name: string,
    change: Partial<Pick<StoredUser, 'role' | 'password' | 'generation'>>,
  ): Promise<void>;
  /** The user's tokens go, too. Throws NOT_FOUND. */
  dropUser(name: string): Promise<void>;
  /** True where it was not so before. */
  suspend(name: string, sinceMs: number): Promise<boolean>;
  activate(name: string): Promise<boolean>;
  createToken(token: StoredToken): Promise<void>;
  /** Throws NOT_FOUND. */
  revokeToken(id: string): Promise<StoredToken>;
}

/** Reads what is there. */
export async function openAccountStore(database: StateDatabase): Promise<AccountStore> {
  const users = new Map((await readUsers(database)).map((user) => [user.name, user]));
  const tokens = new Map((await readTokens(database)).map((token) => [token.id, token]));
  const suspended = new Map((await readSuspensions(database)).map((it) => [nameKey(it.name), it]));
  const change = createInTurn();

  function requireUser(name: string): StoredUser {
    const user = users.get(name);
    if (user !== undefined) return user;
    throw new GizmoError('NOT_FOUND', `There is no user ${JSON.stringify(name)}.`);
  }

  function forgetTokens(of: string): void {
    for (const { id, owner } of [...tokens.values()]) if (owner === of) tokens.delete(id);
  }

  return {
    requireUser,
    user: (name) => users.get(name),
    users: () => [...users.values()],
    token: (id) => tokens.get(id),
    tokens: () => [...tokens.values()],
    isSuspended: (name) => suspended.has(nameKey(name)),
    suspensions: () => [...suspended.values()],

    createUser: (user) =>
      change(async () => {
        const key = nameKey(user.name);
        const same = [...users.keys()].find((name) => nameKey(name) === key);
        if (same !== undefined)
          throw new GizmoError('ALREADY_EXISTS', `There is a user ${JSON.stringify(same)} already.`);
        const { name, role, password = '', generation, createdMs } = user;
        // Of somebody else who had the name: an administrator of another configuration, or a token that came too late.
        await database.write(
          ['delete from tokens where owner = $1', name],
          [
            'insert into users values ($1, $2, $3, $4, $5)',
            name,
            role,
            password,
            generation,
            BigInt(createdMs),
          ],
        );
        forgetTokens(name);
        users.set(name, user);
      }),

    changeUser: (name, changes) =>
      change(async () => {
        const user = { ...requireUser(name), ...changes };
        const { role, password = '', generation } = user;
        await database.write([
          'update users set role = $2, password = $3, generation = $4 where name = $1',
          name,
          role,
          password,
          generation,
        ]);
        users.set(name, user);
      }),

    dropUser: (name) =>
      change(async () => {
        requireUser(name);
        await database.write(
          ['delete from tokens where owner = $1', name],
          ['delete from users where name = $1', name],
        );
        users.delete(name);
        forgetTokens(name);
      }),

    suspend: (name, sinceMs) =>
      change(async () => {
        if (suspended.has(nameKey(name))) return false;
        await database.write(['insert into suspensions values ($1, $2)', name, BigInt(sinceMs)]);
        suspended.set(nameKey(name), { name, sinceMs });
        return true;
      }),

    activate: (name) =>
      change(async () => {
        const found = suspended.get(nameKey(name));
        if (found === undefined) return false;
        await database.write(['delete from suspensions where name = $1', found.name]);
        return suspended.delete(nameKey(name));
      }),

    createToken: (token) =>
      change(async () => {
        const { id, digest, owner, role, createdMs, expiresMs } = token;
        await database.write([
          'insert into tokens values ($1, $2, $3, $4, $5, $6::bigint)',
          id,
          digest,
          owner,
          role,
          BigInt(createdMs),
          expiresMs === undefined ? null : BigInt(expiresMs),
        ]);
        tokens.set(id, token);
      }),

    revokeToken: (id) =>
      change(async () => {
        const token = tokens.get(id);
        if (token === undefined)
          throw new GizmoError('NOT_FOUND', `There is no token ${JSON.stringify(id)}.`);
        await database.write(['delete from tokens where id = $1', id]);
        tokens.delete(id);
        return token;
      }),
  };
}

async function readUsers(database: StateDatabase): Promise<StoredUser[]> {
  const rows = await database.read(
    'select name, role, password, generation, created_ms from users order by created_ms, name',
  );
  return rows.map(([name, role, password, generation, createdMs]) => ({
    name: String(name),
    role: toRole(role),
    password: password === '' ? undefined : String(password),
    generation: String(generation),
    createdMs: Number(createdMs),
  }));
}

async function readTokens(database: StateDatabase): Promise<StoredToken[]> {
  const rows = await database.read(
    'select id, digest, owner, role, created_ms, expires_ms from tokens order by created_ms, id',
  );
  return rows.map(([id, digest, owner, role, createdMs, expiresMs]) => ({
    id: String(id),
    digest: digest instanceof Uint8Array ? Buffer.from(digest) : new Uint8Array(0),
    owner: String(owner),
    role: toRole(role),
    createdMs: Number(createdMs),
    expiresMs: expiresMs === null ? undefined : Number(expiresMs),
  }));
}

async function readSuspensions(database: StateDatabase) {
  const rows = await database.read('select name, since_ms from suspensions order by since_ms, name');
  return rows.map(([name, sinceMs]) => ({ name: String(name), sinceMs: Number(sinceMs) }));
}

/** A word that this version does not know grants the least. */
function toRole(word: unknown): Role {
  return isRole(word) ? word : 'readonly';
}
