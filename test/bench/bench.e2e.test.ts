/** The benchmark runs and answers ratios; what they are is not a test's business. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../support/root.js';

const run = promisify(execFile);
const bench = (...flags: string[]) => run(process.execPath, [join(ROOT, 'bench', 'run.mjs'), ...flags]);

describe('npm run bench', () => {
  it('answers one ratio a row, as JSON', async () => {
    const { stdout } = await bench('--quick', '--json', '--only', 'start-up');
    const { machine, rows } = JSON.parse(stdout);
    expect(machine).toMatch(/cores.*Node/);
    expect(rows.map(({ what }: { what: string }) => what)).toEqual([
      'gizmo --version',
      'gizmo pki spki',
      "gizmo client -c 'select 1'",
    ]);
    for (const { ratio } of rows) expect(ratio).toBeGreaterThan(0);
  });
  it('names the measurements there are when asked for another', async () => {
    await expect(bench('--only', 'nonsense')).rejects.toMatchObject({
      stderr: expect.stringContaining('bulk-read, tls, csv-export, ingest, first-row, small-statements'),
    });
  });
});
