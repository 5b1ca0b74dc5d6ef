/**
 * What a statement's tokens say before anything is bound. Binding already opens files and evaluates constants, so a
 * text that calls for such a thing is not bound at all: its facts come from here. Knows single statements only.
 */
import { readTokens, type Token } from '../../../../sql/lexer.js';
import type { Effect, FunctionUse, PlanFacts } from '../../../model/plan-facts.js';
import type { InspectOptions } from '../../engine.js';
import { worstClass } from './function-classes.js';

export interface TextFacts {
  /** Facts that need no plan, or must not be bound; undefined where the plan is to be asked. */
  readonly facts: PlanFacts | undefined;
  /** What to plan: without EXPLAIN, and with NULL for each parameter. */
  readonly text: string;
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
  const tokens = [...significant(sql)];
  const start = skipExplain(tokens);
  const statement = tokens.slice(start);
  const text = withoutParameters(sql, statement);
  return { facts: decided(statement, options), text };
}

/** A token that is neither space nor comment; names folded as DuckDB compares them. */
interface Word extends Token {
  readonly value: string;
}

function* significant(sql: string): Generator<Word, void, undefined> {
  for (const token of readTokens(sql)) {
    if (token.kind === 'space' || token.kind === 'comment' || token.kind === 'semicolon') continue;
    const text = sql.slice(token.start, token.end);
    if (token.kind === 'quotedIdentifier') yield { ...token, value: unquote(text) };
    else yield { ...token, value: text.toLowerCase() };
  }
}

function unquote(text: string): string {
  return text.slice(1, -1).replaceAll('""', '"').toLowerCase();
}

/** The index of the first token that EXPLAIN [ANALYZE] [(options)] stands before; 0 where there is none. */
function skipExplain(tokens: readonly Word[]): number {
  if (!isWord(tokens[0], 'explain')) return 0;
  let at = 1;
  while (isWord(tokens[at], 'analyze', 'analyse', 'verbose')) at++;
  if (tokens[at]?.value !== '(' || isWord(tokens[at + 1], ...QUERY_WORDS) || tokens[at + 1]?.value === '(')
    return at;
  while (at < tokens.length && tokens[at]?.value !== ')') at++;
  return at + 1;
}

/** Whether the text is BEGIN, COMMIT, ROLLBACK or one of their other names, which end or begin a transaction themselves. */
export function changesTransaction(sql: string): boolean {
  const [first] = significant(sql);
  return first !== undefined && first.kind === 'word' && TRANSACTION_VERBS.has(first.value);
}

function decided(
  tokens: readonly Word[],
  { readOnly, qualified = false }: InspectOptions,
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
    !qualified &&
    tokens.some((it, index) => isName(it) && it.value === 'system' && tokens[index + 1]?.value === '.')
  ) {
    return opaque('a name that begins with the catalog "system"');
  }
  const functions = stoppingCalls(tokens, readOnly);
  if (functions.length > 0) return { ...NO_FACTS, functions };
  if (verb === 'pragma' && !tokens.some(({ value }) => value === '=')) return pragma(tokens);
  return undefined;
}

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
function stoppingCalls(tokens: readonly Word[], readOnly: boolean): FunctionUse[] {
  const uses: FunctionUse[] = [];
  for (const [index, token] of tokens.entries()) {
    if (!isName(token) || tokens[index + 1]?.value !== '(') continue;
    const found = worstClass(token.value);
    if (found === 'pure' || found === 'catalog' || found === 'server' || found === 'unknown') continue;
    if (found === 'sequence' && !readOnly) continue;
    uses.push({ name: token.value, class: found });
  }
  return uses;
}

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

/** A question mark is never part of an operator, but the lexer may have taken it for one: `a=?`. */
function withoutParameters(sql: string, tokens: readonly Word[]): string {
  let text = '';
  let at = tokens[0]?.start ?? sql.length;
  for (const [index, token] of tokens.entries()) {
    const isNumber =
      token.kind === 'number' && sql[token.start - 1] === '?' && tokens[index - 1]?.end === token.start;
    const isPlaceholder = token.kind === 'parameter' || isNumber;
    const isOperator = token.kind === 'operator' && token.value.includes('?');
    if (!isPlaceholder && !isOperator) continue;
    const replacement = isNumber ? '' : isPlaceholder ? ' NULL ' : token.value.replaceAll('?', ' NULL ');
    text += sql.slice(at, token.start) + replacement;
    at = token.end;
  }
  return text + sql.slice(at);
}

function opaque(why: string): PlanFacts {
  return { ...NO_FACTS, opaque: why };
}

function isWord(token: Word | undefined, ...values: readonly string[]): boolean {
  return token?.kind === 'word' && values.includes(token.value);
}

function isName({ kind }: Word): boolean {
  return kind === 'word' || kind === 'quotedIdentifier';
}

function isLiteral(kind: Token['kind']): boolean {
  return kind === 'string' || kind === 'number' || kind === 'quotedIdentifier';
}

const QUERY_WORDS = [
  'select',
  'from',
  'with',
  'values',
  'table',
  'describe',
  'show',
  'summarize',
  'pivot',
  'unpivot',
];

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
  deallocate: 'PREPARE',
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
