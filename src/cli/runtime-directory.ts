/** Where servers of this user leave word for its clients; both commands look in the same place. */
import { runtimeDirectory } from '../runtime-file.js';
import { pkiDirectory } from './user-paths.js';

export function userRuntimeDirectory(): string {
  return runtimeDirectory(process.env.XDG_RUNTIME_DIR);
}

/** Where this user's certificates are, those of `--tls auto` among them. */
export function userPkiDirectory(): string {
  return pkiDirectory(process.env);
}
