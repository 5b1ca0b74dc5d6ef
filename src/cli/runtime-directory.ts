/** Where servers of this user leave word for its clients; both commands look in the same place. */
import { runtimeDirectory } from '../runtime-file.js';

export function userRuntimeDirectory(): string {
  return runtimeDirectory(process.env.XDG_RUNTIME_DIR);
}
