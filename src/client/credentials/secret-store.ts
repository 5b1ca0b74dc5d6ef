/** A place for secrets: the port that the keychain, the file and the memory of this process fill. */
import type { StoreKind } from './stored-login.js';

export interface SecretStore {
  readonly kind: StoreKind;
  /** As `gizmo auth status` shows it. */
  readonly place: string;
  /**
   * Undefined where nothing has that key.
   * @throws GizmoError UNAUTHENTICATED where the store cannot be reached or trusted, as do the other two
   */
  read(key: string): Promise<string | undefined>;
  /** Replaces what was there. */
  write(key: string, secret: string): Promise<void>;
  /** Whether there was anything. */
  delete(key: string): Promise<boolean>;
}

/** Longer secrets are refused: no token is that long, and a file of them must stay readable. */
export const SECRET_CHARACTERS_MAX = 128 * 1024;
