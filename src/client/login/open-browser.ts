/** Opens an address in the user's browser. */
import { isProtectedUrl } from '../../oidc/safe-url.js';

/**
 * Through the system's opener, with the address as one argument and no shell; whether it was found. Addresses that are
 * neither https nor of this machine are not opened: the server names them.
 */
export async function openBrowser(address: string): Promise<boolean> {
  if (!isProtectedUrl(address)) return false;
  const { default: open } = await import('open');
  try {
    const child = await open(address);
    child.on('error', () => undefined); // The address is on the terminal as well.
    child.unref();
    return true;
  } catch {
    return false; // As above.
  }
}
