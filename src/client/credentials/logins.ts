/** The logins of one user: those that are known in a file, their secrets where each user wanted them. */
import { join } from 'node:path';
import { GizmoError } from '../../errors.js';
import { withLockFile } from '../../lock-file.js';
import {
  decodeLoginList,
  decodeSecrets,
  encodeLoginList,
  encodeSecrets,
  type LoginList,
} from './login-codec.js';
import { OTHER_STORES } from './other-stores.js';
import { makePrivateDirectory, readPrivateFile, writePrivateFile } from './private-file.js';
import { SECRET_CHARACTERS_MAX, type SecretStore } from './secret-store.js';
import {
  type LoginSummary,
  loginCommand,
  mayTravel,
  type StoredLogin,
  type StoreKind,
  summaryOf,
} from './stored-login.js';

/** Made by `openLogins`, which knows the stores. */
export class Logins {
  readonly #directory: string;
  readonly #openStore: (kind: StoreKind) => SecretStore;
  /** Those that end with this process. */
  #unwritten: readonly LoginSummary[] = [];

  constructor(directory: string, openStore: (kind: StoreKind) => SecretStore) {
    this.#directory = directory;
    this.#openStore = openStore;
  }

  /** The file of what is no secret. */
  get path(): string {
    return join(this.#directory, 'logins.json');
  }

  /** The preferred login of each server first. */
  list(): readonly LoginSummary[] {
    return [...this.#unwritten, ...this.#read().logins];
  }

  /** The login that is meant where no server is named: what `gizmo auth switch` chose. */
  active(): LoginSummary | undefined {
    const { active, logins } = this.#read();
    return active === undefined ? undefined : logins.find(({ name }) => name === active);
  }

  named(name: string): LoginSummary | undefined {
    return this.list().find((login) => login.name === name);
  }

  /** The preferred login at a server, as `serverName` writes it; of this user, where one is named. */
  find(server: string, user?: string): LoginSummary | undefined {
    return this.list().find(
      (login) => login.server === server && (user === undefined || login.user === user),
    );
  }

  /** Where a login's secret lies, for people. */
  placeOf(login: LoginSummary): string | undefined {
    return login.store === undefined ? undefined : this.#openStore(login.store).place;
  }

  /**
   * Fetches the secrets.
   * @throws GizmoError UNAUTHENTICATED where the store does not answer, or has not got them any more
   */
  async load(login: LoginSummary): Promise<StoredLogin> {
    if (login.store === undefined) return login;
    const store = this.#openStore(login.store);
    const text = await store.read(keyOf(login));
    const loaded = text === undefined ? undefined : decodeSecrets(login, text);
    if (loaded !== undefined) return loaded;
    throw new GizmoError(
      'UNAUTHENTICATED',
      `The secret of the login at ${login.server} is ${text === undefined ? 'not' : 'damaged'} in the ${store.place}. ` +
        `Log in again: ${loginCommand(login)}`,
    );
  }

  /**
   * Tries a store by writing, reading and deleting a value of no worth, so that a login is not begun that cannot be
   * kept.
   * @throws GizmoError UNAUTHENTICATED naming the store and what to do instead
   */
  async probe(kind: StoreKind): Promise<void> {
    const store = this.#openStore(kind);
    const key = `canary ${process.pid}`;
    await store.write(key, CANARY);
    const found = await store.read(key);
    await store.delete(key);
    if (found !== CANARY)
      throw new GizmoError(
        'UNAUTHENTICATED',
        `The ${store.place} does not give back what is put into it. ${OTHER_STORES}`,
      );
  }

  /**
   * Keeps a login, in the place of one of the same name, and makes it the preferred one of its server. The secret is
   * in the store before the file names it.
   * @param forgive is told why the secret of the one before stays where it is; the login is kept all the same
   * @throws GizmoError USAGE for a login that could not be used again, UNAUTHENTICATED where the store refuses
   */
  async save(login: StoredLogin, forgive?: (error: GizmoError) => void): Promise<void> {
    const secrets = this.#check(login);
    const before = this.named(login.name);
    await this.#write(login, secrets);
    await this.#insert(summaryOf(login));
    if (before?.store !== undefined && (before.store !== login.store || keyOf(before) !== keyOf(login)))
      await this.#deleteSecret(before, forgive);
  }

  /**
   * Keeps the new secret of a login that is there, and its place among the others.
   * @throws GizmoError UNAUTHENTICATED where it was logged out meanwhile, and as `save` does
   */
  async renew(login: StoredLogin): Promise<void> {
    const secrets = this.#check(login);
    await this.#write(login, secrets);
    let found = false;
    const replaced = (logins: readonly LoginSummary[]): LoginSummary[] =>
      logins.map((each) => {
        if (each.name !== login.name || each.server !== login.server) return each;
        found = true;
        return summaryOf(login);
      });
    if (login.store === 'memory') this.#unwritten = replaced(this.#unwritten);
    else await this.#change((list) => ({ ...list, logins: replaced(list.logins) }));
    if (found) return;
    if (login.store !== undefined) await this.#openStore(login.store).delete(keyOf(login));
    throw new GizmoError('UNAUTHENTICATED', `The login ${login.name} was logged out meanwhile.`);
  }

  /** Its secrets as they are stored. */
  #check(login: StoredLogin): string | undefined {
    if (!NAME.test(login.name))
      throw new GizmoError('USAGE', 'The name of a login has 1 to 200 characters and no spaces.');
    if (!mayTravel(login, login.server, login.trust))
      throw new GizmoError(
        'USAGE',
        `A login at ${login.server} without TLS is not stored: anyone on the way has seen it.`,
      );
    const secrets = encodeSecrets(login);
    if ((secrets === undefined) !== (login.store === undefined))
      throw new GizmoError('USAGE', 'A login has a store if, and only if, it has a secret.');
    if (secrets !== undefined && secrets.length > SECRET_CHARACTERS_MAX)
      throw new GizmoError('USAGE', `The tokens of the login at ${login.server} are too long to be stored.`);
    return secrets;
  }

  async #write(login: StoredLogin, secrets: string | undefined): Promise<void> {
    if (login.store !== undefined && secrets !== undefined)
      await this.#openStore(login.store).write(keyOf(login), secrets);
  }

  /**
   * Forgets a login and its secret; whether there was one. The secret goes first: what fails can be tried again.
   * @param forgive is told why the secret stays where it is; the login is forgotten all the same
   * @throws GizmoError UNAUTHENTICATED where the store does not answer and nobody forgives it
   */
  async delete(name: string, forgive?: (error: GizmoError) => void): Promise<boolean> {
    const login = this.named(name);
    if (login === undefined) return false;
    await this.#deleteSecret(login, forgive);
    const others = (logins: readonly LoginSummary[]) => logins.filter((each) => each.name !== name);
    this.#unwritten = others(this.#unwritten);
    await this.#change((list) => ({
      logins: others(list.logins),
      ...(list.active === undefined || list.active === name ? {} : { active: list.active }),
    }));
    return true;
  }

  async #deleteSecret(login: LoginSummary, forgive?: (error: GizmoError) => void): Promise<void> {
    if (login.store === undefined) return;
    try {
      await this.#openStore(login.store).delete(keyOf(login));
    } catch (error) {
      if (forgive === undefined || !(error instanceof GizmoError)) throw error;
      forgive(error);
    }
  }

  /** Makes a login the preferred one of its server and the one that is meant where none is named; undefined: none. */
  async activate(name: string | undefined): Promise<void> {
    await this.#change(({ logins }) => {
      if (name === undefined) return { logins };
      const chosen = logins.find((login) => login.name === name);
      if (chosen === undefined) throw new GizmoError('UNAUTHENTICATED', `There is no login named ${name}.`);
      return { active: name, logins: [chosen, ...logins.filter((login) => login !== chosen)] };
    });
  }

  /**
   * Runs `task` while no other process does so for the login of this name: two shells must not use up one refresh
   * token. Load the login inside, because the other one may have renewed it.
   * @throws GizmoError UNAVAILABLE where the other one takes longer than half a minute
   */
  async exclusively<Result>(name: string, task: () => Promise<Result>): Promise<Result> {
    makePrivateDirectory(this.#directory);
    const path = join(this.#directory, `login-${Buffer.from(name).toString('base64url').slice(0, 128)}.lock`);
    return withLockFile(path, `renewing the login ${name}`, task, RENEWAL_WAIT_MS);
  }

  async #insert(login: LoginSummary): Promise<void> {
    const before = (logins: readonly LoginSummary[]) => [
      login,
      ...logins.filter(({ name }) => name !== login.name),
    ];
    if (login.store === 'memory') {
      this.#unwritten = before(this.#unwritten);
      return;
    }
    await this.#change((list) => ({ ...list, logins: before(list.logins) }));
  }

  #read(): LoginList {
    const text = readPrivateFile(this.path);
    const list = text === undefined ? { logins: [] } : decodeLoginList(text);
    if (list !== undefined) return list;
    throw new GizmoError(
      'UNAUTHENTICATED',
      `The list of stored logins ${this.path} is damaged, or of a later version. Remove it, and log in again.`,
    );
  }

  async #change(edit: (list: LoginList) => LoginList): Promise<void> {
    makePrivateDirectory(this.#directory);
    await withLockFile(`${this.path}.lock`, `changing ${this.path}`, async () => {
      await writePrivateFile(this.path, encodeLoginList(edit(this.#read())));
    });
  }
}

const NAME = /^[^\p{C}\p{Z}]{1,200}$/u;
const CANARY = 'gizmo: a trial of this store, and no secret';
const RENEWAL_WAIT_MS = 30_000;

/** Under which a store knows the secrets of a login. */
function keyOf({ name, server }: LoginSummary): string {
  return name === server ? server : `${name} at ${server}`;
}
