/** Asks DuckDB what a statement would do: its tokens first, then its bound plan. Runs nothing. */
import { GizmoError } from '../../../../errors.js';
import type { ObjectWrite, PlanFacts } from '../../../model/plan-facts.js';
import type { InspectOptions } from '../../engine.js';
import { toEngineError } from '../errors.js';
import type { SessionCore } from '../session-core.js';
import { readPlan } from './read-plan.js';
import { changesTransaction, NO_FACTS, readText } from './read-text.js';
import { resolvePlaces } from './resolve-places.js';
import { viewBody } from './view-body.js';

/** Binding time grows faster than the text, and cannot be interrupted. */
const TEXT_CHARS_MAX = 256 * 1024;
/** Reading the plan blocks the thread that runs everybody's statements. */
const PLAN_CHARS_MAX = 8 * 1024 * 1024;

/**
 * Always qualified: macros shadow built-in functions, also for other connections. Without empty members the plan is
 * smaller; without those that have a default, the first column of a table would be none.
 */
const PLAN_SQL = 'select system.main.json_serialize_plan($1::varchar, skip_null := true, skip_empty := true)';

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
  const { facts, text } = readText(sql, options);
  if (facts !== undefined) return facts;
  const [json = ''] = await core.readTexts(PLAN_SQL, text);
  if (json.length > PLAN_CHARS_MAX) return { ...NO_FACTS, opaque: 'a plan of this size' };
  const answer: PlanAnswer = JSON.parse(json);
  if (!answer.error)
    return await resolvePlaces(
      core,
      await withViewBody(core, text, options, await withShadowedDatabases(core, readPlan(answer.plans))),
    );
  const { error_type: type = '', error_message: message = '' } = answer;
  if (UNPLANNED.test(type) || UNSERIALIZED.test(message)) return { ...NO_FACTS, opaque: describe(message) };
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
  if (!facts.writes.some((it) => it.action === 'create' && it.objectKind === 'view')) return facts;
  const body = viewBody(text);
  if (body === undefined) return { ...facts, opaque: facts.opaque ?? 'the query of a view' };
  const { opaque, reads, functions } = await inspect(core, body, options);
  return {
    ...facts,
    opaque: facts.opaque ?? opaque,
    reads: [...facts.reads, ...reads],
    functions: [...facts.functions, ...functions],
  };
}

/** Marks the schemas to be created that have the name of an attached database. */
async function withShadowedDatabases(core: SessionCore, facts: PlanFacts): Promise<PlanFacts> {
  if (!facts.writes.some(createsSchema)) return facts;
  const writes: ObjectWrite[] = [];
  for (const write of facts.writes) {
    const [count] = createsSchema(write)
      ? await core.readTexts(DATABASES_SQL, write.name.toLowerCase())
      : ['0'];
    writes.push({ ...write, shadowsBuiltIn: write.shadowsBuiltIn || count !== '0' });
  }
  return { ...facts, writes };
}

const DATABASES_SQL =
  'select system.main.count_star()::varchar from system.main.duckdb_databases() where system.main.lower(database_name) = $1::varchar';

function createsSchema({ action, objectKind }: ObjectWrite): boolean {
  return action === 'create' && objectKind === 'schema';
}

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

interface PlanAnswer {
  readonly error: boolean;
  readonly error_type?: string;
  readonly error_message?: string;
  readonly plans?: unknown;
}

/** What DuckDB cannot put into a plan although the statement may be right. */
const UNPLANNED = /^(not implem\w+|internal|serialization)$/;
const UNSERIALIZED = /does not support serialization|Serialize not \w+|does not have a function specified/;

function describe(message: string): string {
  return /type MULTI/.test(message)
    ? 'a statement that is several to DuckDB (such as PIVOT without IN)'
    : 'its plan';
}

/** DuckDB writes `catalog` in JSON and `Catalog Error` in messages. */
function titleOf(type: string): string {
  return type.replace(/\b[a-z]/g, (letter) => letter.toUpperCase());
}
