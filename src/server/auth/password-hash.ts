/** Passwords as they are kept: scrypt (RFC 7914) with a salt of their own, parameters beside the hash. */
import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';

/** N = 2^15, r = 8, p = 3: 32 MiB and about a quarter of a second (OWASP's password storage cheat sheet). */
const COST = { logN: 15, r: 8, p: 3 } as const;
const SALT_BYTES = 16;
const HASH_BYTES = 32;
/** No hash of ours is dearer; one that says so is not ours, and would take the memory of the machine. */
const COST_MAX = { logN: 20, r: 16, p: 16 } as const;

/** As `$scrypt$ln=15,r=8,p=3$salt$hash`, both in base64. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const hash = await derive(password, salt, COST);
  const { logN, r, p } = COST;
  return `$scrypt$ln=${logN},r=${r},p=${p}$${salt.toString('base64')}$${hash.toString('base64')}`;
}

/**
 * Whether it is the password of that hash. Where there is none, somebody who does not exist or has no password, it
 * takes as long and is false.
 */
export async function passwordMatches(password: string, stored: string | undefined): Promise<boolean> {
  const { cost, salt, hash } = (stored === undefined ? undefined : parse(stored)) ?? NOBODY;
  const derived = await derive(password, salt, cost);
  return timingSafeEqual(derived, hash) && hash !== NOBODY.hash;
}

interface Parsed {
  readonly cost: { readonly logN: number; readonly r: number; readonly p: number };
  readonly salt: Buffer;
  readonly hash: Buffer;
}

/** What is compared with for nobody. */
const NOBODY: Parsed = { cost: COST, salt: randomBytes(SALT_BYTES), hash: randomBytes(HASH_BYTES) };

function parse(stored: string): Parsed | undefined {
  const match = /^\$scrypt\$ln=(\d+),r=(\d+),p=(\d+)\$([\w+/=]+)\$([\w+/=]+)$/.exec(stored);
  if (match === null) return undefined;
  const [logN, r, p] = match.slice(1, 4).map(Number);
  const [salt, hash] = match.slice(4).map((text) => Buffer.from(text, 'base64'));
  if (logN === undefined || r === undefined || p === undefined || salt === undefined) return undefined;
  const isDear = logN < 1 || logN > COST_MAX.logN || r > COST_MAX.r || p > COST_MAX.p;
  if (isDear || r < 1 || p < 1 || hash?.length !== HASH_BYTES) return undefined;
  return { cost: { logN, r, p }, salt, hash };
}

function derive(password: string, salt: Buffer, { logN, r, p }: Parsed['cost']): Promise<Buffer> {
  const N = 2 ** logN;
  const options = { N, r, p, maxmem: 256 * N * r };
  return new Promise((resolve, reject) => {
    // NFC: the same letters typed on another system are the same password.
    scrypt(password.normalize('NFC'), salt, HASH_BYTES, options, (error, key) =>
      error === null ? resolve(key) : reject(error),
    );
  });
}
