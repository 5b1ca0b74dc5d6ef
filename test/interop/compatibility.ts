/**
 * What a run has seen each client do, for the table in docs/clients.md: every test that stands for one of its cells
 * notes how it went, and scripts/clients-table.mjs makes the table of the notes.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterAll } from 'vitest';
import { ROOT } from '../support/root.js';

/** The rows of the table. */
export type Feature =
  | 'login by password'
  | 'login by token'
  | 'queries'
  | 'results of any size'
  | 'parameters'
  | 'prepared statements'
  | 'updates and DDL, with counts'
  | 'RETURNING'
  | 'transactions by API'
  | 'transactions by SQL text'
  | 'two results at once'
  | 'bulk ingest'
  | 'catalogs, schemas, tables'
  | 'keys'
  | 'server and type information'
  | 'session options'
  | 'cancel'
  | 'progress'
  | 'partitions';

/** Marks a test's body as the proof that a client has a feature; several proofs of one must all hold. */
export type Covers = (
  feature: Feature | readonly Feature[],
  body: () => Promise<void>,
) => () => Promise<void>;

/**
 * @param client the column of the table, as people call it
 * @param testFile `import.meta.url` of the test: several may speak for one client
 */
export function coverageOf(client: string, testFile: string): Covers {
  const outcomes = new Map<Feature, boolean>();
  afterAll(() => {
    if (outcomes.size === 0) return;
    mkdirSync(NOTES, { recursive: true });
    const name = `${client}--${basename(testFile)}.json`.replaceAll(/[^\w.-]/g, '_');
    writeFileSync(join(NOTES, name), JSON.stringify({ client, features: Object.fromEntries(outcomes) }));
  });
  return (feature, body) => async () => {
    const features = [feature].flat();
    const before = features.map((each) => outcomes.get(each) ?? true);
    for (const each of features) outcomes.set(each, false);
    await body();
    for (const [i, each] of features.entries()) outcomes.set(each, before[i] ?? true);
  };
}

const NOTES = join(ROOT, '.cache', 'compatibility');
