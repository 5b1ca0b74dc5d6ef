/** Asks DuckDB what a statement would do: its tokens first, then its bound plan. Runs nothing. */
import { GizmoError } from '../../../../errors.js';
import { foldName } from '../../../model/fold-name.js';
import type { LentView } from '../../../model/lent-view.js';
import type { ObjectWrite, PlanFacts } from '../../../model/plan-facts.js';
import type { InspectOptions } from '../../engine.js';
import { isMisuse, toEngineError } from '../errors.js';
import { aroundCopied } from '../files/copy-statement.js';
import { failsOnRows } from '../lent/fails-on-rows.js';
import { lend } from '../lent/lend.js';
import { notHere, notLent } from '../lent/not-lent.js';
import type { SessionCore } from '../session-core.js';
import { takenTexts } from './bound-texts.js';
import { choosesForms } from './chosen-forms.js';
import { describedQueries } from './described-queries.js';
import { withDroppedAlong } from './dropped-along.js';
import { isSystemFunction } from './function-classes.js';
import { runsGivenText } from './given-texts.js';
import { mergeFacts } from './merge-facts.js';
import { PLAN_SQL, type PlanAnswer, planOf, TREE_SQL } from './plan-text.js';
import { namedTableQuery, pragmaQuery } from './pragmas.js';
import { type PlanReading, readPlan } from './read-plan.js';
import { changesTransaction, NO_FACTS, readText, type TextFacts } from './read-text.js';
import { resolvePlaces } from './resolve-places.js';
import { takesNumbers } from './taken-numbers.js';
import { usedDefinitions } from './used-definitions.js';
import { viewBody } from './view-body.js';
import { significant, type Word } from './words.js';
import { readPrepare, skipExplain, withPivotValues } from './wrappers.js';

/** Binding time grows faster than the text, and cannot be interrupted. */
export const TEXT_CHARS_MAX = 256 * 1024;

/** The plan of a query within the parse tree, which DuckDB takes out itself: JavaScript cannot hold its numbers. */
const DESCRIBED_SQL = `select system.main.json_serialize_plan(system.main.json_deserialize_sql(system.main.json_object(
  'error', false, 'statements', system.main.json_array(system.main.json_object(
    'node', system.main.json_extract(system.main.json_serialize_sql($1::varchar), $2::varchar),
    'named_param_map', system.main.json_array())))), skip_null := true, skip_empty := true)`;

/** The connection must be claimed, and inside the transaction in which the statement is to run. */
export async function inspect(core: SessionCore, sql: string, options: InspectOptions): Promise<PlanFacts> {
  // A failed transaction can be ended, by those as well who are inspected.
  if (!changesTransaction(sql)) core.refuseIfAborted();
  if (sql.length > TEXT_CHARS_MAX) {
    throw new GizmoError(
      'INVALID_ARGUMENT',
      `A statement of more than ${TEXT_CHARS_MAX / 1024} Ki characters cannot be checked; only an administrator may run it. Load data by bulk ingest instead.`,
    );
  }
  core.metadata.forgetUse();
  const words = core.kept.expand(sql);
  core.rowFilters.forget();
  core.lent.forget(words);
  if (options.lent !== undefined) return await inspectLent(core, words, options, options.lent);
  const opened = await core.files.open(words);
  if (opened !== undefined && 'class' in opened) return { ...NO_FACTS, functions: [opened] };
  const expanded = opened?.plan ?? words;
  // To whoever may not see all metadata a PRAGMA shows what its query would.
  const query = options.visible === undefined ? undefined : pragmaQuery(expanded);
  const reading = readText(query ?? expanded, options);
  if (reading.prepares !== undefined) core.kept.assertRoom(reading.prepares);
  const read = await inspectRead(core, reading, options);
  const facts = opened === undefined ? read : { ...read, files: opened.files };
  return options.rowFilters === undefined
    ? facts
    : await core.rowFilters.apply(words, facts, options.rowFilters, opened);
}

/** Throws FAILED_PRECONDITION where the text cannot run with what is lent. */
async function inspectLent(
  core: SessionCore,
  sql: string,
  options: InspectOptions,
  lent: readonly LentView[],
): Promise<PlanFacts> {
  const tokens = [...significant(sql)];
  const explained = skipExplain(tokens);
  if (explained > 0) {
    const facts = await inspectLent(core, sql.slice(tokens[explained]?.start), options, lent);
    core.lent.forget(sql.slice(tokens[explained]?.start));
    return { ...facts, explains: true };
  }
  const prepared = readPrepare(tokens);
  if (prepared !== undefined) return await inspectKept(core, sql, prepared, { options, lent, tokens });
  const opened = await core.files.open(sql);
  const copied = opened !== undefined && 'run' in opened ? opened : undefined;
  const around = copied && aroundCopied(copied);
  const lending = await lend(core, around === undefined || copied === undefined ? sql : copied.plan, lent);
  const text =
    around === undefined ? lending : { ...lending, run: around.before + lending.run + around.after };
  if (text.run.length > TEXT_CHARS_MAX) throw notLent('the query is too long with its bodies');
  const facts = await inspectRead(core, readText(text.plan, options), options);
  const shows = facts.functions.find((it) => it.class === 'text');
  if (shows !== undefined) throw notHere(`${shows.name} would show what is behind it. Leave it out.`);
  core.lent.keep(sql, text);
  const views = text.reads.map(({ behind: _, ...view }) => ({ ...view, columns: undefined }));
  const tells = text.tells ?? (text.hidesRows ? await tellsOfRows(core, text.plan, text.casts) : undefined);
  return {
    ...facts,
    reads: [...facts.reads, ...views],
    lent: text.reads,
    ...(around !== undefined && copied !== undefined && { files: copied.files }),
    ...(tells !== undefined && { tells }),
  };
}

/**
 * Of PREPARE, which is decided on as what it keeps, and again at each EXECUTE, which runs the words themselves (see kept-statements.ts).
 * DuckDB, which would bind what is behind, and shows what it keeps, is given nothing of it but the name.
 */
async function inspectKept(
  core: SessionCore,
  sql: string,
  { name, start }: NonNullable<ReturnType<typeof readPrepare>>,
  { options, lent, tokens }: Kept,
): Promise<PlanFacts> {
  core.kept.assertRoom(name);
  const from = tokens[start]?.start ?? sql.length;
  const text = sql.slice(from);
  if (readPrepare(tokens.slice(start)) !== undefined) throw notLent('it prepares what prepares another');
  // What values can tell is known when there are some.
  const { tells: _, ...facts } = await inspectLent(core, text, options, lent);
  const lending = core.lent.of(text);
  if (lending === undefined) throw notLent('what it prepares is not');
  core.lent.forget(text);
  core.lent.keep(sql, { ...lending, run: `${sql.slice(0, from)}SELECT 1` });
  return facts;
}

interface Kept {
  readonly options: InspectOptions;
  readonly lent: readonly LentView[];
  readonly tokens: readonly Word[];
}

/** What of a text could tell of rows that a view or macro leaves out. */
async function tellsOfRows(
  core: SessionCore,
  text: string,
  casts: readonly string[],
): Promise<string | undefined> {
  const answer = await planOf(core, PLAN_SQL, [text]);
  // With a parameter of any type a value of another type would be compared in another way.
  return answer.error
    ? 'a parameter whose type is not known (give it one: $1::INTEGER)'
    : failsOnRows(answer.plans, casts);
}

async function inspectRead(
  core: SessionCore,
  reading: TextFacts,
  options: InspectOptions,
): Promise<PlanFacts> {
  if (reading.facts !== undefined) return reading.facts;
  if (options.visible !== undefined && (await takesNumbers(core, reading.text)))
    return { ...NO_FACTS, opaque: 'a number of a sequence that DuckDB takes before it runs anything' };
  const running = options.qualified === true ? undefined : await runsGivenText(core, reading.text);
  if (running !== undefined)
    return { ...NO_FACTS, opaque: `a text that the macro "${running}" is given and runs` };
  const { text } = reading;
  const taken = options.qualified === true ? undefined : await takenTexts(core, text);
  if (taken?.has('setting') === true)
    return { ...NO_FACTS, functions: [{ name: 'current_setting', class: 'instance' }] };
  if (taken?.has('type') === true && options.visible !== undefined)
    return { ...NO_FACTS, opaque: 'the name of a type that is not written out (in from_json and the like)' };
  if (taken?.has('name') === true && options.visible !== undefined)
    return {
      ...NO_FACTS,
      opaque: 'the name of a sequence or table that is not written out (in nextval and the like)',
    };
  const plan = await inspectPlan(core, reading);
  const placed = await resolvePlaces(core, await withViewBody(core, text, options, plan));
  const planned = await withDroppedAlong(core, placed);
  const isDrop = planned.writes.some(({ action }) => action === 'drop');
  const changed = isDrop ? undefined : await core.temporary.changedBy(text);
  // Last: what it makes is not there yet.
  core.temporary.note(planned.writes);
  const found = { ...planned, opaque: planned.opaque ?? changed };
  return options.visible === undefined || isDrop ? found : await withUsed(core, found, text);
}

/** Adds the views and macros that a text names. */
async function withUsed(core: SessionCore, facts: PlanFacts, text: string): Promise<PlanFacts> {
  return mergeFacts(facts, { ...NO_FACTS, opaque: undefined, ...(await usedDefinitions(core, text)) });
}

async function inspectPlan(
  core: SessionCore,
  { text, calls = new Set(), fillsAnyType = false }: TextFacts,
): Promise<PlanFacts> {
  const fillsMacros = await callsMacro(core, calls);
  if (fillsMacros && (await runsTexts(core))) return { ...NO_FACTS, opaque: 'a parameter in a macro' };
  if (fillsMacros && fillsAnyType && (await choosesForms(core, text)))
    return {
      ...NO_FACTS,
      opaque: 'a parameter without a type (as $1::INTEGER has one) in a macro of several forms',
    };
  let answer = await planOf(core, PLAN_SQL, [text]);
  if (SEVERAL.test(answer.error_message ?? '')) {
    answer = await planOf(core, PLAN_SQL, [withPivotValues(text, [...significant(text)])]);
  }
  const found = readAnswer(core, answer);
  const named = await withNamed(core, await withTakenNames(core, found.facts), found.named);
  const numbering = await withNumbered(core, named, found.numbered);
  const facts = await withMentioned(core, numbering, found.mentioned);
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
function withoutRows(facts: PlanFacts): PlanFacts {
  return { ...facts, reads: facts.reads.map((read) => ({ ...read, rows: 'none' as const })) };
}

/** Throws what binding threw. */
function readAnswer(core: SessionCore, answer: PlanAnswer): PlanReading {
  if (!answer.error) return readPlan(answer.plans, core.metadata, core.admitted);
  const { error_type: type = '', error_message: message = '' } = answer;
  if ((UNPLANNED.test(type) && !isMisuse(message)) || UNSERIALIZED.test(message)) {
    return {
      facts: { ...NO_FACTS, opaque: describe(message) },
      describes: 0,
      named: [],
      mentioned: [],
      numbered: [],
    };
  }
  const hidden = NO_READER.test(message);
  throw toEngineError(new Error(`${hidden ? 'Catalog' : titleOf(type)} Error: ${withoutFiles(message)}`));
}

/** Adds what the query of CREATE VIEW would read. */
async function withViewBody(
  core: SessionCore,
  text: string,
  options: InspectOptions,
  facts: PlanFacts,
): Promise<PlanFacts> {
  // A view that gets another name keeps its query.
  if (facts.writes.some((it) => it.action === 'alter')) return facts;
  if (!facts.writes.some((it) => it.action === 'create' && it.objectKind === 'view')) return facts;
  const body = viewBody(text);
  if (body === undefined) return { ...facts, opaque: facts.opaque ?? 'the query of a view' };
  const found = await inspect(core, body, options);
  const { opaque, functions, used } = found;
  return {
    ...facts,
    ...(used !== undefined && { used }),
    opaque: facts.opaque ?? opaque,
    reads: [...facts.reads, ...withoutRows(found).reads],
    functions: [...facts.functions, ...functions],
  };
}

/** Whether one of these names is a macro's. The session's own that stand before functions of DuckDB do what those do. */
async function callsMacro({ definitions }: SessionCore, calls: ReadonlySet<string>): Promise<boolean> {
  if (calls.size === 0) return false;
  const macros = (await definitions.all()).filter(({ macro }) => macro);
  return macros.some(
    ({ catalog, name }) => calls.has(foldName(name)) && !(catalog === 'temp' && isSystemFunction(name)),
  );
}

/** Whether there are macros that run a text, which a parameter could be that is not known yet. */
async function runsTexts(core: SessionCore): Promise<boolean> {
  const [count] = await core.readTexts(TEXT_MACROS_SQL);
  return count !== '0';
}

const TEXT_MACROS_SQL =
  "select system.main.count_star()::varchar from system.main.duckdb_functions() where not internal and system.main.regexp_matches(macro_definition, '\\bquery(_table)?\"?\\s*\\(', 'i')";

/** Marks what is to be created with a name that is taken: a schema with that of a database, a type with that of DuckDB's. */
async function withTakenNames(core: SessionCore, facts: PlanFacts): Promise<PlanFacts> {
  if (!facts.writes.some(takesName)) return facts;
  const writes: ObjectWrite[] = [];
  for (const write of facts.writes) {
    const sql = takesName(write) ? TAKEN_NAMES_SQL[write.objectKind] : undefined;
    const [count] = sql === undefined ? ['0'] : await core.readTexts(sql, write.name.toLowerCase());
    writes.push({ ...write, shadowsBuiltIn: write.shadowsBuiltIn || count !== '0' });
  }
  return { ...facts, writes };
}

function takesName({ action, objectKind }: ObjectWrite): boolean {
  return action === 'create' && objectKind in TAKEN_NAMES_SQL;
}

/** By the kind of the object: how many things there are whose name it must not have. */
const TAKEN_NAMES_SQL: Readonly<Record<string, string>> = {
  schema:
    'select system.main.count_star()::varchar from system.main.duckdb_databases() where system.main.lower(database_name) = $1::varchar',
  type: 'select system.main.count_star()::varchar from system.main.duckdb_types() where internal and system.main.lower(type_name) = $1::varchar',
};

/**
 * DuckDB takes a name that no table has for that of a file, and says so if there is one. To somebody who may not
 * reach files the two must be the same, and what else is called alike concerns nobody.
 */
function withoutFiles(message: string): string {
  const file = NO_READER.exec(message)?.[1];
  return file === undefined
    ? message.replace(/\nDid you mean .*/s, '')
    : `Table with name ${file} does not exist!`;
}

const NO_READER = /^No extension found that is capable of reading the file "(.*)"/;

/** What DuckDB cannot put into a plan although the statement may be right. */
const UNPLANNED = /^(not implem\w+|internal|serialization)$/;
const UNSERIALIZED = /does not support serialization|Serialize not \w+|does not have a function specified/;

const SEVERAL = /type MULTI/;

function describe(message: string): string {
  if (/of this size/.test(message)) return 'a plan of this size';
  return SEVERAL.test(message)
    ? 'a statement that is several to DuckDB (such as PIVOT without IN)'
    : 'its plan';
}

/** DuckDB writes `catalog` in JSON and `Catalog Error` in messages. */
function titleOf(type: string): string {
  return type.replace(/\b[a-z]/g, (letter) => letter.toUpperCase());
}
