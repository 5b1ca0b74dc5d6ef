/** `--credential-store`, or `GIZMO_CREDENTIAL_STORE`: where the secrets of a login are to lie. */
import type { Logins } from '../client/credentials/logins.js';
import type { StoreKind } from '../client/credentials/stored-login.js';
import { GizmoError } from '../errors.js';
import { askLine } from './ask-line.js';
import { type Environment, findSetting } from './environment.js';
import { writeWarning } from './report-error.js';

/** The keychain of the system by default. @throws GizmoError USAGE for another word */
export function chooseStoreKind(flag: string | undefined, env: Environment): StoreKind {
  const setting = findSetting(env, 'CREDENTIAL_STORE');
  const [word, from] =
    flag === undefined ? [setting?.value, setting?.variable] : [flag, '--credential-store'];
  if (word === undefined) return 'keychain';
  const kind = KINDS.find((each) => each === word);
  if (kind !== undefined) return kind;
  throw new GizmoError('USAGE', `${from} is keychain, file or memory, not "${word}".`);
}

/**
 * The store that is chosen, tried before a login is begun that could not be kept. Where nobody has chosen and the
 * keychain fails, a person at a terminal is asked; nothing is ever put into a file without that.
 * @throws GizmoError UNAUTHENTICATED where it cannot be used, CANCELLED where the person would rather stop
 */
export async function agreeOnStore(
  logins: Logins,
  flag: string | undefined,
  env: Environment,
): Promise<StoreKind> {
  const kind = chooseStoreKind(flag, env);
  const isChosen = flag !== undefined || findSetting(env, 'CREDENTIAL_STORE') !== undefined;
  try {
    await logins.probe(kind);
    return kind;
  } catch (error) {
    if (isChosen || !(error instanceof GizmoError) || !process.stdin.isTTY || !process.stderr.isTTY)
      throw error;
    writeWarning(error.message);
  }
  const answer = await askLine('Keep the login in a file that only you can read? [y/N] ');
  if (!/^y(es)?$/i.test(answer ?? '')) throw new GizmoError('CANCELLED', 'Nothing was stored.');
  await logins.probe('file');
  return 'file';
}

const KINDS: readonly StoreKind[] = ['keychain', 'file', 'memory'];
