/**
 * Garbage that is young, collected when much has come in. What a batch came in, pieces of 64 KiB, goes only when new objects
 * have filled their space, and V8 does not count those pieces: up to 32 MiB of them wait, and as much again is the worker's.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

type Collect = (options: { readonly type: 'minor' }) => void;

let collect: Collect | undefined;
let bytes = 0;

/** To be called with the size of each batch. */
export function collectYoung(batchBytes: number): void {
  bytes += batchBytes;
  if (bytes < BYTES_MAX) return;
  bytes = 0;
  collect ??= openCollector();
  collect({ type: 'minor' });
}

/** Well under a millisecond each time. */
const BYTES_MAX = 8 * 1024 * 1024;

/** Contexts that are made from then on have the function; this one has not. */
function openCollector(): Collect {
  setFlagsFromString('--expose-gc');
  const found: Collect = runInNewContext('gc');
  setFlagsFromString('--no-expose-gc');
  return found;
}
