/** Whether a browser can be opened where its user would see it. */
import type { Environment } from './environment.js';

/** Not over SSH, where it would open on the other machine, and not without a display; `BROWSER` names one of its own. */
export function hasDisplay(env: Environment, platform: NodeJS.Platform = process.platform): boolean {
  if (isSet(env.BROWSER)) return true;
  if (isSet(env.SSH_CONNECTION) || isSet(env.SSH_TTY)) return false;
  if (platform === 'darwin' || platform === 'win32') return true;
  return isSet(env.DISPLAY) || isSet(env.WAYLAND_DISPLAY) || isSet(env.WSL_DISTRO_NAME);
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== '';
}
