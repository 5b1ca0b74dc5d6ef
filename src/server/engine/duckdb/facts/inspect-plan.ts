/** The facts of a text by DuckDB's bound plan of it, and of what the plan names without showing it. */
import { foldName } from '../../../model/fold-name.js';
import type { PlanFacts } from '../../../model/plan-facts.js';
import type { Visible } from '../../../model/visible.js';
import type { SessionCore } from '../session-core.js';
import { alteredExpression } from './altered-expression.js';
import { choosesForms } from './chosen-forms.js';
import { describedQueries } from './described-queries.js';
import { isSystemFunction } from './function-classes.js';
import { isVisible } from './is-visible.js';
import { mergeFacts } from './merge-facts.js';
import { PLAN_SQL, planOf, TREE_SQL } from './plan-text.js';
import { namedTableQuery } from './pragmas.js';
import { isSeveral, readAnswer } from './read-answer.js';
import type { PlanReading } from './read-plan.js';
import { NO_FACTS, type TextFacts } from './read-text.js';
import { withTakenNames } from './taken-names.js';
import { usedDefinitions } from './used-definitions.js';
import { significant } from './words.js';
import { withPivotValues } from './wrappers.js';

/**
 * The connection must be claimed. Throws what DuckDB says of the text.
 * @param visible undefined where everything may be known
 */
export async function inspectPlan(
  core: SessionCore,
  { text, calls = new Set(), fillsAnyType = false }: TextFacts,
  visible: Visible | undefined,
): Promise<PlanFacts> {
  const fillsMacros = await callsMacro(core, calls);
  if (fillsMacros && (await runsTexts(core, visible)))
    return { ...NO_FACTS, opaque: 'a parameter in a macro' };
  if (fillsMacros && fillsAnyType && (await choosesForms(core, text)))
    return {
      ...NO_FACTS,
      opaque: 'a parameter without a type (as $1::INTEGER has one) in a macro of several forms',
    };
  let answer = await planOf(core, PLAN_SQL, [text]);
  if (isSeveral(answer)) {
    answer = await planOf(core, PLAN_SQL, [withPivotValues(text, significant(text))]);
  }
  const found = readAnswer(core, answer);
  const named = await withNamed(core, await withTakenNames(core, found.facts), found.named);
  const numbering = await withNumbered(core, named, found.numbered);
  const mentioning = await withMentioned(core, numbering, found.mentioned);
  const facts = await withAltered(core, mentioning, text);
  return found.describes === 0 ? facts : await withDescribed(core, text, { ...found, facts });
}

/** Adds the tables that functions are asked about, as if they were read. */
async function withNamed(core: SessionCore, facts: PlanFacts, names: readonly string[]): Promise<PlanFacts> {
  let all = facts;
  for (const name of names) {
    const query = namedTableQuery(name);
    if (query === undefined) return { ...facts, opaque: 'the name of a table' };
    all = mergeFacts(all, withoutRows(readAnswer(core, await planOf(core, PLAN_SQL, [query])).facts));
    all = await withUsed(core, all, query);
  }
  return all;
}

/** Adds the sequences that defaults and macros ask. Throws what DuckDB says of one that is not there, some of it only when it runs. */
async function withNumbered(
  core: SessionCore,
  facts: PlanFacts,
  queries: readonly string[],
): Promise<PlanFacts> {
  let all = facts;
  for (const query of new Set(queries)) {
    const { reads, writes } = readAnswer(core, await planOf(core, PLAN_SQL, [query])).facts;
    all = mergeFacts(all, { ...NO_FACTS, reads, writes });
  }
  return all;
}

/** Adds the tables that the text of a macro names, as if they were read; not their columns, which its use tells. */
async function withMentioned(
  core: SessionCore,
  facts: PlanFacts,
  queries: readonly string[],
): Promise<PlanFacts> {
  let all = facts;
  for (const query of new Set(queries)) {
    const answer = await planOf(core, PLAN_SQL, [query]);
    // What is no table, such as the name of a WITH, is nobody's.
    if (answer.error) continue;
    all = mergeFacts(all, readAnswer(core, answer).facts);
  }
  return all;
}

/** Adds what an expression of ALTER computes. Throws what DuckDB says of it, which it would only when it runs. */
async function withAltered(core: SessionCore, facts: PlanFacts, text: string): Promise<PlanFacts> {
  const query = alteredExpression(text);
  return query === undefined
    ? facts
    : mergeFacts(facts, readAnswer(core, await planOf(core, PLAN_SQL, [query])).facts);
}

/** Adds what DESCRIBE and SHOW read: the plan has their answers only, the parse tree the queries they describe. */
async function withDescribed(
  core: SessionCore,
  text: string,
  { facts, describes }: PlanReading,
): Promise<PlanFacts> {
  const [json = ''] = await core.readTexts(TREE_SQL, text);
  const queries = describedQueries(JSON.parse(json));
  if (queries === undefined || queries.length !== describes) {
    return { ...facts, opaque: 'a DESCRIBE inside of it' };
  }
  let all = facts;
  for (const pointer of queries) {
    const found = readAnswer(core, await planOf(core, DESCRIBED_SQL, [text, pointer]));
    if (found.describes + found.named.length > 0) return { ...facts, opaque: 'a DESCRIBE of a DESCRIBE' };
    all = mergeFacts(all, withoutRows(found.facts));
  }
  return all;
}

/** What only asks for columns reads no row. */
export function withoutRows(facts: PlanFacts): PlanFacts {
  return { ...facts, reads: facts.reads.map((read) => ({ ...read, rows: 'none' as const })) };
}

/** Adds the views and macros that a text names. */
export async function withUsed(core: SessionCore, facts: PlanFacts, text: string): Promise<PlanFacts> {
  return mergeFacts(facts, { ...NO_FACTS, opaque: undefined, ...(await usedDefinitions(core, text)) });
}

/** Whether one of these names is a macro's. The session's own that stand before functions of DuckDB do what those do. */
async function callsMacro({ definitions }: SessionCore, calls: ReadonlySet<string>): Promise<boolean> {
  if (calls.size === 0) return false;
  const macros = (await definitions.all()).filter(({ macro }) => macro);
  return macros.some(
    ({ catalog, name }) => calls.has(foldName(name)) && !(catalog === 'temp' && isSystemFunction(name)),
  );
}

/** Whether there are macros to be used that run a text, which a parameter could be that is not known yet. */
async function runsTexts({ definitions }: SessionCore, visible: Visible | undefined): Promise<boolean> {
  const all = await definitions.all();
  return all.some((it) => it.macro && RUNS_TEXT.test(it.text ?? '') && isVisible(visible, it));
}

const RUNS_TEXT = /\bquery(?:_table)?"?\s*\(/i;

/** The plan of a query within the parse tree, which DuckDB takes out itself: JavaScript cannot hold its numbers. */
const DESCRIBED_SQL = `select system.main.json_serialize_plan(system.main.json_deserialize_sql(system.main.json_object(
  'error', false, 'statements', system.main.json_array(system.main.json_object(
    'node', system.main.json_extract(system.main.json_serialize_sql($1::varchar), $2::varchar),
    'named_param_map', system.main.json_array())))), skip_null := true, skip_empty := true)`;
