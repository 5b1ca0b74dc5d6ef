/**
 * Keeps freed memory for the next batch. Each record batch is a fresh buffer of one to two megabytes, which
 * glibc by default maps from the kernel and gives back one by one: the page faults cost more than filling it.
 */
import { createRequire } from 'node:module';

/** Source: mallopt(3). Blocks below the first stay in the heap, of which the second is kept when it is free. */
const M_MMAP_THRESHOLD = -3;
const M_TRIM_THRESHOLD = -1;
const MMAP_THRESHOLD_BYTES = 32 * 1024 * 1024;
const TRIM_THRESHOLD_BYTES = 64 * 1024 * 1024;

/** For the whole process, once. Does nothing without koffi or where the C library is not glibc. */
export function keepFreedMemory(): void {
  if (done || process.platform !== 'linux') return;
  done = true;
  try {
    const koffi: Koffi = createRequire(import.meta.url)('koffi');
    const mallopt = koffi.load('libc.so.6').func('int mallopt(int parameter, int value)');
    mallopt(M_MMAP_THRESHOLD, MMAP_THRESHOLD_BYTES);
    mallopt(M_TRIM_THRESHOLD, TRIM_THRESHOLD_BYTES);
  } catch {
    // Another C library (musl), or no koffi: slower, and nothing else.
  }
}

let done = false;

interface Koffi {
  load(path: string): { func(definition: string): (...args: readonly number[]) => unknown };
}
