/**
 * Username and password: of the administrator that the configuration names, and of the users in the server's own
 * state. Never logs a password, or what was presented for one.
 */
import { createHmac, randomBytes } from 'node:crypto';
import { GizmoError } from '../../errors.js';
import { keepLatest } from '../../keep-latest.js';
import type { Accounts } from '../model/account.js';
import type { AuthMethod, Principal } from '../model/principal.js';
import type { Strategy } from './authenticator.js';
import type { FairQueue } from './fair-queue.js';
import type { LoginDelay } from './login-delay.js';
import { makePrincipal } from './make-principal.js';
import { passwordMatches } from './password-hash.js';
import { digestSecret, secretMatches } from './secrets-equal.js';

/** Passwords that were right are remembered as digests: some clients send theirs with each call. */
const KNOWN_MAX = 1000;
const NAME_CHARS_MAX = 256;
/** Says nothing of which of the two it was. */
export const WRONG_PASSWORD = 'Invalid username or password.';

export interface PasswordOptions {
  /** What the configured administrator may log in with, and how that is called. */
  readonly administrators: readonly {
    readonly username: string;
    readonly secret: string;
    readonly method: Extract<AuthMethod, 'password' | 'startup-token'>;
  }[];
  /** Undefined: users of the server's own do not log in with passwords here. */
  readonly accounts: Accounts | undefined;
  /** What refused people are told, whoever they said they were; else {@link WRONG_PASSWORD}. */
  readonly refusal?: () => string;
  readonly delay: LoginDelay;
  readonly hashing: FairQueue;
}

/** Whoever sends another password takes as long to refuse as whoever does not exist. */
export function createPasswordStrategy(options: PasswordOptions): Strategy {
  const { accounts, delay, hashing } = options;
  const administrators = options.administrators.map(({ username, secret, method }) => ({
    username,
    method,
    userDigest: digestSecret(username),
    secretDigest: digestSecret(secret),
  }));
  /** By a digest of name and password: the generation of the password. */
  const known = new Map<string, string>();
  const key = randomBytes(32);

  function administrator(username: string, password: string): Principal | undefined {
    let principal: Principal | undefined;
    for (const it of administrators) {
      // All are compared, whatever the first says.
      const userMatches = secretMatches(it.userDigest, username);
      const secretIsRight = secretMatches(it.secretDigest, password);
      if (userMatches && secretIsRight) principal = makePrincipal(it.username, 'admin', it.method);
    }
    return principal;
  }

  async function storedUser(
    username: string,
    password: string,
    address: string,
    gone: AbortSignal | undefined,
  ): Promise<Principal | undefined> {
    const user = accounts?.user(username);
    const digest = createHmac('sha256', key)
      .update(JSON.stringify([username, password]))
      .digest('base64');
    if (user === undefined || known.get(digest) !== user.generation) {
      known.delete(digest);
      const isRight = await hashing.run(
        address,
        username,
        () => passwordMatches(password, user?.password),
        gone,
      );
      // Who has another one by now has to show that.
      if (!isRight || user === undefined || accounts?.user(username)?.generation !== user.generation)
        return undefined;
      keepLatest(known, digest, user.generation, KNOWN_MAX);
    }
    const origin = { kind: 'user', generation: user.generation } as const;
    return makePrincipal(username, user.role, 'password', undefined, origin);
  }

  return {
    name: 'password',
    async authenticate(credential, address, gone): Promise<Principal | undefined> {
      if (credential.kind !== 'basic') return undefined;
      const { username, password } = credential;
      // Nobody has such a name, and what is remembered of failures must not grow with it.
      if (username.length > NAME_CHARS_MAX) throw wrong(options);
      await delay.wait(address, username);
      const principal =
        administrator(username, password) ?? (await storedUser(username, password, address, gone));
      if (principal === undefined) {
        delay.failed(address, username);
        throw wrong(options);
      }
      delay.succeeded(address, username);
      return principal;
    },
  };
}

function wrong({ refusal }: PasswordOptions): GizmoError {
  return new GizmoError('UNAUTHENTICATED', refusal?.() ?? WRONG_PASSWORD);
}
