/** A file that is changed between the look at a statement and its run does not make its words mean something else. */
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openDuckDb } from '../../../src/server/engine/duckdb/open-duckdb.js';
import type { Engine, EngineSession } from '../../../src/server/engine/engine.js';
import { queryTexts, runSql } from '../../support/engines.js';

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'gizmo-changed-file-')));
const file = join(folder, 'f.csv');
let engine: Engine;
let session: EngineSession;

beforeAll(async () => {
  engine = await openDuckDb({
    readOnly: false,
    allowExtensions: false,
    fileRules: { read: [folder], write: [], urls: [], own: [] },
  });
  session = await engine.openSession();
  await runSql(session, "create table people as select 1 as id, 'canary' as salary");
});
afterAll(async () => {
  await engine.close();
  rmSync(folder, { recursive: true });
});

const options = { readOnly: false, signal: new AbortController().signal };

async function runAfter(sql: string, change: () => void): Promise<string> {
  const facts = await session.inspect(sql, options);
  const people = facts.reads.find(({ name }) => name === 'people');
  expect(people?.columns).not.toContain('salary');
  change();
  try {
    return JSON.stringify(await queryTexts(session, sql));
  } finally {
    await session.endScope('rollback');
  }
}

it.each([
  `select (select max(salary) from read_csv('${file}'))::varchar as s from people`,
  `select (select max(salary) from '${file}')::varchar as s from people`,
  `select (select max(f.salary) from read_csv('${file}') as f)::varchar as s from people`,
  `select s::varchar from people, lateral (select salary as s from read_csv('${file}', header = true))`,
])('a column that the file has no more is not looked for elsewhere: %s', async (sql) => {
  const wide = () => writeFileSync(file, 'salary,b\nx,1\n');
  wide();
  expect(await runAfter(sql, wide)).toBe('["x"]');
  expect(await runAfter(sql, () => writeFileSync(file, 'other,b\ny,1\n'))).toBe('["y"]');
  wide();
  await expect(runAfter(sql, () => writeFileSync(file, 'other\ny\n'))).rejects.toThrow(
    /Positional reference 2 out of range/,
  );
});
