/** `--credential-store`, or `GIZMO_CREDENTIAL_STORE`: where the secrets of a login are to lie. */
import type { StoreKind } from '../client/credentials/stored-login.js';
import { GizmoError } from '../errors.js';
import { type Environment, findSetting } from './environment.js';

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

const KINDS: readonly StoreKind[] = ['keychain', 'file', 'memory'];
