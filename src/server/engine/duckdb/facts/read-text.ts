/**
 * What a statement's tokens say before anything is bound. Binding already opens files and evaluates constants, so a
 * text that calls for such a thing is not bound at all: its facts come from here. Knows single statements only.
 */
import type { Token } from '../../../../sql/lexer.js';
import type { Effect, FunctionClass, FunctionUse, PlanFacts } from '../../../model/plan-facts.js';
import type { InspectOptions } from '../../engine.js';
import { worstClass } from './function-classes.js';
import { withParameters } from './parameters.js';
import { canCall, insideParentheses, isName, significant, stringOf, type Word } from './words.js';
import { readDeallocate, readPrepare, skipExplain } from './wrappers.js';

export interface TextFacts {
  /** Facts that need no plan, or must not be bound; undefined where the plan is to be asked. */
  readonly facts: PlanFacts | undefined;
  /** What to plan: without EXPLAIN and PREPARE, and with NULL for each parameter. */
  readonly text: string;
  /** Whether EXPLAIN stands before it. */
  readonly isExplained: boolean;
  /** The name that PREPARE gives. */
  readonly prepares?: string | undefined;
  /** Where it has parameters, the names that it calls; a macro may do something else for each value. */
  readonly calls?: ReadonlySet<string>;
  /** Whether a parameter is of any type: no cast (`$1::INTEGER`) follows it. */
  readonly fillsAnyType?: boolean;
}

/** Facts of BEGIN, COMMIT and ROLLBACK, and of everything else that touches nothing. */
export const NO_FACTS: PlanFacts = {
  opaque: undefined,
  reads: [],
  writes: [],
  functions: [],
  settings: [],
  effects: [],
};

/** Reads one statement's tokens: for somebody who may change nothing, binding must not advance a sequence either. */
export function readText(sql: string, options: InspectOptions): TextFacts {
  const tokens = significant(sql);
  const start = skipExplain(tokens);
  const explained = tokens.slice(start);
  const prepare = readPrepare(explained);
  const statement = explained.slice(prepare?.start ?? 0);
  const text = withParameters(sql, statement, () => 'NULL');
  const isFilled = text !== sql.slice(statement[0]?.start ?? sql.length);
  // The server's own texts name what they call in full, which is no macro of anybody's.
  const calls = new Set(isFilled && options.qualified !== true ? callsIn(statement) : []);
  const isCast = (at: number) => sql.slice(statement[at]?.start, statement[at + 1]?.end).startsWith('::');
  const ofAnyType = statement.some(({ kind }, at) => kind === 'parameter' && !isCast(at + 1));
  return {
    ...{ facts: decided(sql, statement, options), text, isExplained: start > 0, prepares: prepare?.name },
    calls,
    fillsAnyType: ofAnyType,
  };
}

function callsIn(tokens: readonly Word[]): readonly string[] {
  const called = tokens.filter((_, at) => canCall(tokens, at) && tokens[at + 1]?.value === '(');
  return called.map(({ value }) => value);
}

/** Whether the text is BEGIN, COMMIT, ROLLBACK or one of their other names, which end or begin a transaction themselves. */
export function changesTransaction(sql: string): boolean {
  const [first] = significant(sql);
  return first !== undefined && first.kind === 'word' && TRANSACTION_VERBS.has(first.value);
}

function decided(
  sql: string,
  tokens: readonly Word[],
  options: InspectOptions,
  depth = 0,
): PlanFacts | undefined {
  const verbs = tokens.filter((it) => it.value !== '(').slice(0, 5);
  const [verb, ...following] = verbs.map(({ kind, value }) => (kind === 'word' ? value : ''));
  if (verb === undefined) return opaque('an empty statement');
  if (TRANSACTION_VERBS.has(verb)) {
    // It is not planned, so nothing else may stand in it.
    return tokens.every(({ kind }) => kind === 'word')
      ? NO_FACTS
      : opaque('more than the end or beginning of a transaction');
  }
  const effect = effectOf(verb, following);
  if (effect !== undefined) return { ...NO_FACTS, effects: [effect] };
  if (
    options.qualified !== true &&
    tokens.some((it, index) => isName(it) && it.value === 'system' && !isInnerView(tokens.slice(index + 1)))
  ) {
    return opaque('a name that begins with the catalog "system"');
  }
  if (verb === 'deallocate') {
    return readDeallocate(tokens) === undefined ? opaque('the name of a prepared statement') : NO_FACTS;
  }
  const functions = stoppingCalls(sql, tokens, options, depth);
  if (functions.length > 0) return { ...NO_FACTS, functions };
  if (verb === 'pragma' && !tokens.some(({ value }) => value === '=')) return pragma(tokens);
  return undefined;
}

/**
 * Whether `system` is no catalog of a table function, judged by what follows it: no dot, or a schema that has none. The views of
 * those ask the session's own functions, and the plan shows whether these are filtered.
 */
function isInnerView([dot, schema]: readonly Word[]): boolean {
  if (dot?.value !== '.') return true;
  return schema !== undefined && isName(schema) && VIEW_SCHEMAS.has(schema.value);
}

const VIEW_SCHEMAS: ReadonlySet<string> = new Set(['information_schema', 'pg_catalog']);

/** Statements that are decided by their first words, because planning them would already do something or fails. */
function effectOf(verb: string, following: readonly string[]): Effect | undefined {
  const found = EFFECT_VERBS[verb];
  if (found !== undefined) return found;
  if (verb === 'update' && following[0] === 'extensions') return 'UPDATE EXTENSIONS';
  if (verb !== 'create' && verb !== 'drop') return undefined;
  const object = following.find((word) => !SECRET_PREFIXES.has(word));
  return object === 'secret' ? 'SECRET' : undefined;
}

/** Calls that must not even be bound for somebody who is restricted. */
function stoppingCalls(
  sql: string,
  tokens: readonly Word[],
  options: InspectOptions,
  depth: number,
): FunctionUse[] {
  const uses: FunctionUse[] = [];
  for (const [index, token] of tokens.entries()) {
    if (!isName(token) || tokens[index + 1]?.value !== '(') continue;
    const found = worstClass(token.value);
    if (!isStopped(found)) continue;
    if (found === 'sequence' && !options.readOnly) continue;
    const isText = token.value === 'query' || token.value === 'query_table';
    const values = isText ? insideParentheses(tokens, index + 1) : [];
    if (token.value === 'query_table' && values.every(isPartOfNames)) continue;
    const held = token.value === 'query' ? heldQuery(sql, values, options, depth) : 'unknown';
    if (held === 'unknown') uses.push({ name: token.value, class: found });
    else uses.push(...held);
    // One is enough for a refusal.
    if (uses.length >= USES_MAX) break;
  }
  return uses;
}

const USES_MAX = 16;

/** Others are for their plan to decide. */
function isStopped(found: FunctionClass): found is Exclude<FunctionClass, 'pure'> {
  return !PLANNED.has(found);
}

const PLANNED: ReadonlySet<FunctionClass> = new Set([
  'pure',
  'text',
  'catalog',
  'narrowed',
  'server',
  'unknown',
]);

/** Calls in the text that query('…') runs, which DuckDB expands in the plan as it does a view. */
function heldQuery(
  sql: string,
  values: readonly Word[],
  options: InspectOptions,
  depth: number,
): FunctionUse[] | 'unknown' {
  const [value, ...more] = values;
  const text = value?.kind === 'string' && more.length === 0 ? stringOf(sql, value) : undefined;
  if (text === undefined || depth >= HELD_DEPTH_MAX) return 'unknown';
  const facts = decided(text, significant(text), options, depth + 1);
  if (facts === undefined) return [];
  return facts.functions.length > 0 ? [...facts.functions] : 'unknown';
}

/** Of the arguments of query_table: the names of tables, and whether to unite them by name. */
function isPartOfNames({ kind, value }: Word): boolean {
  return kind === 'string' || ['[', ']', ',', 'true', 'false'].includes(value);
}

/** Of query('…query(…)…'): what is deeper cannot be checked. */
export const HELD_DEPTH_MAX = 4;

/** PRAGMA name and PRAGMA name(literals); those that only show metadata are known, all others change the instance. */
function pragma(tokens: readonly Word[]): PlanFacts {
  const name = tokens[1]?.value ?? '';
  const literal = tokens
    .slice(2)
    .every(({ kind, value }) => isLiteral(kind) || kind === 'word' || '(),.'.includes(value));
  if (!literal) return opaque('the arguments of a PRAGMA');
  return {
    ...NO_FACTS,
    functions: [{ name: `PRAGMA ${name}`, class: PRAGMAS.has(name) ? 'catalog' : 'instance' }],
  };
}

function opaque(why: string): PlanFacts {
  return { ...NO_FACTS, opaque: why };
}

function isLiteral(kind: Token['kind']): boolean {
  return kind === 'string' || kind === 'number' || kind === 'quotedIdentifier';
}

const TRANSACTION_VERBS: ReadonlySet<string> = new Set([
  'begin',
  'start',
  'commit',
  'end',
  'rollback',
  'abort',
]);

const EFFECT_VERBS: Readonly<Record<string, Effect | undefined>> = {
  attach: 'ATTACH',
  detach: 'DETACH',
  copy: 'COPY',
  export: 'EXPORT DATABASE',
  import: 'IMPORT DATABASE',
  install: 'INSTALL',
  load: 'LOAD',
  force: 'CHECKPOINT',
  checkpoint: 'CHECKPOINT',
  vacuum: 'VACUUM',
  analyze: 'VACUUM',
  analyse: 'VACUUM',
  prepare: 'PREPARE',
  execute: 'PREPARE',
};

const SECRET_PREFIXES: ReadonlySet<string> = new Set(['or', 'replace', 'temp', 'temporary', 'persistent']);

const PRAGMAS: ReadonlySet<string> = new Set([
  'collations',
  'database_list',
  'database_size',
  'functions',
  'platform',
  'show',
  'show_databases',
  'show_tables',
  'show_tables_expanded',
  'table_info',
  'user_agent',
  'version',
]);
