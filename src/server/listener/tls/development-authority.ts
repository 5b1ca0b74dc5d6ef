/** The CA behind `--tls auto`: this user's own, made at the first need. */
import { GizmoError } from '../../../errors.js';
import { chooseAuthority, loadAuthority } from '../../../pki/directory.js';
import { initAuthorities } from '../../../pki/init.js';
import type { Authority } from '../../../pki/issue.js';

const AUTHORITY_DAYS = 3650;

/**
 * The server CA of a PKI directory, as `gizmo pki init` makes it.
 * @throws GizmoError USAGE where it cannot be made, read, or used without somebody to type its passphrase
 */
export async function developmentAuthority(directory: string): Promise<Authority> {
  if (!hasAuthority(directory)) await makeAuthority(directory);
  return loadAuthority(directory, chooseAuthority(directory, 'server'), () => {
    throw new GizmoError(
      'USAGE',
      `--tls auto: the CA key in ${directory} is encrypted, and a server starts with nobody there to type its passphrase. Use gizmo pki issue and --tls CERT KEY, or another directory (GIZMO_PKI_DIR).`,
    );
  });
}

function hasAuthority(directory: string): boolean {
  try {
    chooseAuthority(directory, 'server');
    return true;
  } catch (error) {
    if (error instanceof GizmoError && error.code === 'USAGE') return false;
    throw error;
  }
}

/** Two servers may start at once: whoever is second finds what the first one made. */
async function makeAuthority(directory: string): Promise<void> {
  try {
    await initAuthorities({
      directory,
      name: 'gizmo development',
      days: AUTHORITY_DAYS,
      keyKind: 'p256',
      production: false,
      constrain: [],
      singleCa: false,
    });
  } catch (error) {
    if (!(error instanceof GizmoError) || error.code !== 'ALREADY_EXISTS' || !hasAuthority(directory))
      throw error;
  }
}
