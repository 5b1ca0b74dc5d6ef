/**
 * Ends the process while a thread of it is inside DuckDB and will not come back. `process.exit` would wait for that
 * thread, for ever (libuv joins its pool). What is committed is in the database's log, from which it is read when it is opened next.
 */
import { createRequire } from 'node:module';

/** Source: _exit(2). Without koffi or a C library that is known the process ends by SIGKILL, with no code of its own. */
export function endProcess(code: number): never {
  try {
    const koffi: Koffi = createRequire(import.meta.url)('koffi');
    koffi.load(C_LIBRARIES[process.platform] ?? '').func('void _exit(int status)')(code);
  } catch {
    // Another C library (musl), or no koffi.
  }
  process.kill(process.pid, 'SIGKILL');
  throw new Error('the process outlived its end');
}

const C_LIBRARIES: Readonly<Partial<Record<NodeJS.Platform, string>>> = {
  linux: 'libc.so.6',
  darwin: '/usr/lib/libSystem.B.dylib',
};

interface Koffi {
  load(path: string): { func(definition: string): (...args: readonly number[]) => unknown };
}
