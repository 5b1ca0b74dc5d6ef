import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { ENGINES } from '../../support/engines.js';

/** What concerns a whole process is looked at in one of its own, whose libuv pool can be sized. */
async function runChild(script: string, engine: number, threads = 24): Promise<unknown> {
  const path = new URL(`./child/${script}.ts`, import.meta.url).pathname;
  const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', path, String(engine)], {
    env: { ...process.env, UV_THREADPOOL_SIZE: String(threads) },
  });
  return JSON.parse(stdout);
}

describe.each(ENGINES.map(([name], index) => [name, index] as const))(
  'a process with the engine %s',
  (_, index) => {
    it('answers small statements and reads files while 16 long ones run', async () => {
      expect(await runChild('long-statements', index)).toEqual({ answer: ['42'], ended: 0 });
    });

    // Without a view of memory the same buffers are filled, only more slowly.
    if (index === 1) return;

    it('streams 20 million rows in flat memory', async () => {
      const { count, grownMiB } = Object(await runChild('memory', index));
      expect(count).toBe(20_000_000);
      expect(grownMiB).toBeLessThan(200);
    });
  },
);

describe('a process with one thread for DuckDB', () => {
  it('goes on where a database is detached in which a transaction has just met its name anew', async () => {
    expect(await runChild('replaced-database', 0, 1)).toEqual({ failed: 20, left: [] });
  });
});
