import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, sep } from 'node:path';
import { describe, expect, it } from 'vitest';
import { leadsOut } from '../../../../../src/server/engine/duckdb/files/leads-out.js';

const folder = mkdtempSync(join(tmpdir(), 'gizmo-leads-out-'));
const open = join(folder, 'open');
mkdirSync(join(open, 'in'), { recursive: true });
symlinkSync(folder, join(open, 'in', 'é].csv'));
writeFileSync(join(open, 'a'.repeat(250)), '');

const leads = (pattern: string) =>
  leadsOut(open, pattern.split(sep), (path) => path === open || path.startsWith(open + sep));

describe('a pattern', () => {
  it.each(['in/*', 'in/??].csv', 'in/*[]]*', 'in/[!]a]*', 'in/*.csv', '**/*.csv', '*/*v', 'in/é*'])(
    '%s meets a link that leads out',
    async (pattern) => expect(await leads(pattern)).toBe(true),
  );

  it.each(['in/?', 'in/*.json', '*', '*/b*', 'in/?].csv'])('%s meets none', async (pattern) =>
    expect(await leads(pattern)).toBe(false),
  );

  it('is compared in no time however many stars it has', async () => {
    expect(await leads(`${'*a'.repeat(60)}b`)).toBe(false);
  });

  it('with ** more than once, which DuckDB does not take, is not followed', async () => {
    expect(await leads('**/**/*.csv')).toBe(false);
  });
});
