/**
 * Tells when files may have changed: replaced by rename, rewritten in place, or reached through a symbolic link that
 * was swapped, as Kubernetes does. The notices of the operating system come soon and not always; a look every few
 * seconds comes always.
 */
import { type FSWatcher, watch } from 'node:fs';
import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';

const POLL_MS = 5000;
/** A certificate and its key are replaced one after the other. */
const SETTLE_MS = 200;

/** Calls back after a change of any of `files`; missing ones may come later. Answers the way to stop. */
export function watchFiles(files: readonly string[], onChange: () => void): () => void {
  let known: string | undefined;
  let settling: NodeJS.Timeout | undefined;
  let stopped = false;

  async function look(): Promise<void> {
    const seen = (await Promise.all(files.map(describe))).join();
    if (stopped) return;
    const changed = known !== undefined && known !== seen;
    known = seen;
    if (changed) onChange();
  }

  function lookSoon(): void {
    clearTimeout(settling);
    settling = setTimeout(() => void look(), SETTLE_MS);
    settling.unref();
  }

  void look();
  const poll = setInterval(() => void look(), POLL_MS);
  poll.unref();
  const watchers = [...new Set(files.map((file) => dirname(file)))].flatMap((directory) =>
    watchDirectory(directory, lookSoon),
  );
  return () => {
    stopped = true;
    clearInterval(poll);
    clearTimeout(settling);
    for (const watcher of watchers) watcher.close();
  };
}

/** What changes when a file does, of the file that a path leads to now. */
async function describe(file: string): Promise<string> {
  try {
    const { dev, ino, size, mtimeNs, ctimeNs } = await stat(file, { bigint: true });
    return [dev, ino, size, mtimeNs, ctimeNs].join(':');
  } catch {
    return 'missing'; // Between two names of a rename, or for good: reading it says which.
  }
}

/** None where the system has no more watches to give: the poll is enough. */
function watchDirectory(directory: string, onEvent: () => void): FSWatcher[] {
  try {
    const watcher = watch(directory, { persistent: false }, onEvent);
    watcher.on('error', () => watcher.close());
    return [watcher];
  } catch {
    return []; // As above.
  }
}
