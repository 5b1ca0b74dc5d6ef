/** What EXPLAIN shows of the columns of tables, beside what the statement reads: defaults, and what generated ones are computed from. */
import { foldName } from '../../../model/fold-name.js';
import type { ObjectName, PlanFacts } from '../../../model/plan-facts.js';
import type { Definition } from './definitions.js';
import { insideParentheses, isName, isWord, significant, type Word } from './words.js';

/** Of the session's core, what this file asks. */
interface Core {
  readonly definitions: { all(): Promise<readonly Definition[]> };
  readTexts(sql: string, ...parameters: readonly string[]): Promise<string[]>;
}

/**
 * Adds the tables that are written to, since whoever may read all of one may see its defaults, and the macros that defaults
 * and generated columns call, since their bodies stand there instead. The connection must be claimed.
 */
export async function withExplained(core: Core, facts: PlanFacts): Promise<PlanFacts> {
  const { reads, writes, used = [] } = facts;
  const written = writes.filter((it) => it.objectKind !== 'sequence' && DEFAULTING.has(it.action));
  const shown = written.map(({ catalog, schema, name }) => ({ catalog, schema, name, columns: undefined }));
  const macros = (await core.definitions.all()).filter(({ macro, catalog }) => macro && catalog !== 'temp');
  const called = new Set<string>();
  if (macros.length > 0) {
    for (const words of await tablesOf(core, written)) for (const it of callsIn(words)) called.add(it);
    for (const words of await tablesOf(core, reads))
      for (const [at, word] of words.entries())
        if (isWord(word, 'generated'))
          for (const it of callsIn(insideParentheses(words, at + 3))) called.add(it);
  }
  const calledMacros = macros
    .filter(({ name }) => called.has(foldName(name)))
    .map(({ catalog, schema, name }) => ({ catalog, schema, name }));
  return {
    ...facts,
    reads: [...reads, ...shown.map((it) => ({ ...it, rows: 'none' as const }))],
    used: [...used, ...calledMacros],
  };
}

const DEFAULTING: ReadonlySet<string> = new Set(['insert', 'merge', 'update']);

/** The statements that would make these tables, by their words. */
async function tablesOf(core: Core, tables: readonly ObjectName[]): Promise<readonly (readonly Word[])[]> {
  if (tables.length === 0) return [];
  const wanted = tables.map(({ catalog, schema, name }) => ({ catalog, schema, name }));
  const [json = '[]'] = await core.readTexts(TABLES_SQL, JSON.stringify(wanted));
  const texts: readonly string[] = JSON.parse(json);
  return texts.map((it) => [...significant(it)]);
}

function callsIn(words: readonly Word[]): string[] {
  return words.filter((it, at) => isName(it) && words[at + 1]?.value === '(').map(({ value }) => value);
}

const TABLES_SQL = `
with wanted as materialized (
  select system.main.unnest(system.main.from_json($1::varchar, '[{"catalog":"VARCHAR","schema":"VARCHAR","name":"VARCHAR"}]')) as it
)
select coalesce(system.main.to_json(system.main.list(t.sql))::varchar, '[]') from system.main.duckdb_tables() as t, wanted
where t.database_name = it.catalog and t.schema_name = it.schema and t.table_name = it.name`;
