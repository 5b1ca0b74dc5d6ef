/**
 * The views and macros that a text names, and those that these name: DuckDB's plan has what they read and call, but not
 * themselves, so that one which reads nothing would be nobody's. Names are read from DuckDB's parse tree; where it has
 * none, by their places among the words, rather too many than too few.
 */
import { foldName } from '../../../model/fold-name.js';
import type { ObjectName } from '../../../model/plan-facts.js';
import { inSession, key } from '../lent/resolve.js';
import { isNode, type Node, queryOf, references, type TextReader, textIn, walk } from '../lent/tree.js';
import type { Definition } from './definitions.js';
import { heldQueries } from './held-queries.js';
import { heldTexts } from './held-texts.js';
import { namedTableQuery, pragmaQuery } from './pragmas.js';
import { viewBody } from './view-body.js';
import { insideParentheses, isName, isWord, significant, stringOf, type Word } from './words.js';
import { withPivotValues } from './wrappers.js';

/** Of the session's core, what this file asks. */
export interface Core extends TextReader {
  readonly definitions: { all(): Promise<readonly Definition[]> };
}

export interface Used {
  /** None of them temporary. */
  readonly used: readonly ObjectName[];
  /** Why these may not be all. */
  readonly opaque?: string;
}

/** The connection must be claimed, in the transaction in which the text is to run. */
export async function usedDefinitions(core: Core, sql: string): Promise<Used> {
  const all = (await core.definitions.all()).filter(({ catalog }) => catalog !== 'temp');
  const names = new Set(all.map(({ name }) => foldName(name)));
  if (names.size === 0) return { used: [] };
  const found = new Map<string, Definition>();
  const open: Text[] = [{ sql, within: undefined }];
  for (let text = open.shift(); text !== undefined; text = open.shift()) {
    const held = runTexts(text.sql);
    if (held === undefined)
      return { used: [], opaque: 'a text that is put together, in query(…) or query_table(…)' };
    open.push(...held.map((it) => ({ ...text, sql: it })));
    for (const it of await usedIn(core, text, all, names)) {
      if (found.has(keyOf(it))) continue;
      found.set(keyOf(it), it);
      open.push({ sql: bodyOf(it), within: it });
    }
  }
  return { used: [...found.values()].map(({ catalog, schema, name }) => ({ catalog, schema, name })) };
}

/**
 * The views and macros that a text names itself, temporary ones too, and a macro as often as it has forms. A string may be
 * such a name, as in PRAGMA. The connection must be claimed.
 */
export async function namedDefinitions(core: Core, sql: string): Promise<readonly Definition[]> {
  const all = await core.definitions.all();
  const names = new Set(all.map(({ name }) => foldName(name)));
  const found = new Set<Definition>();
  for (const { sql: text, words } of heldTexts(sql)) {
    const strings = words.filter(({ kind }) => kind === 'string').map((it) => stringOf(text, it) ?? '');
    for (const it of [pragmaQuery(text) ?? text, ...strings.flatMap((it) => namedTableQuery(it) ?? [])])
      for (const used of await usedIn(core, { sql: it, within: undefined }, all, names)) found.add(used);
  }
  return [...found];
}

interface Text {
  readonly sql: string;
  /** The view or macro whose body it is, which it may name its neighbours from. */
  readonly within: Definition | undefined;
}

/** A name as it is written, of a table or of a function. */
interface Written {
  readonly names: readonly string[];
  readonly called: boolean;
}

async function usedIn(
  core: Core,
  { sql, within }: Text,
  all: readonly Definition[],
  names: ReadonlySet<string>,
): Promise<Definition[]> {
  const isNamed = significant(sql).some((it) => isName(it) && names.has(it.value));
  if (!isNamed) return [];
  const found: Definition[] = [];
  const asked = new Set<string>();
  for (const written of await namesIn(core, sql)) {
    const id = JSON.stringify(written);
    if (asked.has(id) || !names.has(foldName(written.names.at(-1) ?? ''))) continue;
    asked.add(id);
    for (const place of await meant(core, written, within))
      found.push(...all.filter((it) => it.macro === written.called && key(it) === key(place)));
  }
  return found;
}

/** What a name may mean: to a body first what is beside it. */
async function meant(
  core: Core,
  { names, called }: Written,
  within: Definition | undefined,
): Promise<ObjectName[]> {
  const kinds = called ? ['macro', 'macro table'] : ['view'];
  const chains = [names];
  // `a.f()` is also f(a).
  if (called && names.length > 1) chains.push(names.slice(-1));
  if (within !== undefined && names.length === 1) chains.push([within.catalog, within.schema, ...names]);
  if (within !== undefined && names.length === 2) chains.push([within.catalog, ...names]);
  const found: ObjectName[] = [];
  for (const chain of chains) {
    // It is f(a) only where there is no f in a.
    if (chain.length === 1 && names.length > 1 && found.length > 0) continue;
    for (const kind of kinds) {
      const place = await inSession(core, chain, [kind]);
      if (place !== undefined) found.push(place);
    }
  }
  return found;
}

async function namesIn(core: Core, sql: string): Promise<Written[]> {
  const tokens = significant(sql);
  const query = (await queryOf(core, sql)) ?? (await queryOf(core, withPivotValues(sql, tokens)));
  // A text that is run as well can name what stands in WITH here.
  const isWhole = !tokens.some((it) => isName(it) && RUN_TEXTS.has(it.value));
  if (query !== undefined) return namesOfTree(isWhole ? withoutUnnamed(query) : query);
  const found: Written[] = [];
  const held = heldQueries(sql);
  const read = new Set<(typeof held)[number]>();
  for (const range of held) {
    const inner = await queryOf(core, sql.slice(range.start, range.end));
    if (inner === undefined) continue;
    read.add(range);
    found.push(...namesOfTree(inner));
  }
  const rest = tokens.filter(({ start }) => ![...read].some((it) => it.start <= start && start < it.end));
  return [...found, ...namesByPlace(rest)];
}

function namesOfTree(query: Node): Written[] {
  const found: Written[] = references(query).map(({ catalog, schema, table }) => ({
    names: [catalog, schema, table].filter((it) => it !== ''),
    called: false,
  }));
  walk(query, (node) => {
    const name = textIn(node, 'function_name');
    if (name === '') return true;
    const names = [textIn(node, 'catalog'), textIn(node, 'schema'), name].filter((it) => it !== '');
    found.push({ names, called: true });
    return true;
  });
  return found;
}

/** Without the queries of WITH that nothing names: DuckDB binds none of those, whatever they name themselves. */
function withoutUnnamed(query: Node): Node {
  for (;;) {
    const named = new Set<string>();
    walk(query, (node) => {
      if (node.type === 'BASE_TABLE') named.add(foldName(textIn(node, 'table_name')));
      return true;
    });
    let isChanged = false;
    walk(query, ({ cte_map: ctes }) => {
      if (!isNode(ctes) || !Array.isArray(ctes.map)) return true;
      const kept = ctes.map.filter((it) => isNode(it) && named.has(foldName(textIn(it, 'key'))));
      isChanged ||= kept.length < ctes.map.length;
      ctes.map.splice(0, ctes.map.length, ...kept);
      return true;
    });
    if (!isChanged) return query;
  }
}

/** Of a statement that DuckDB gives no tree of: what is called, and what stands where a table can. */
function namesByPlace(all: readonly Word[]): Written[] {
  // FROM ONLY t is FROM t.
  const tokens = all.filter((it) => !isWord(it, 'only'));
  const found: Written[] = [];
  let inTables = false;
  /** What it was before each parenthesis that is open. */
  const around: boolean[] = [];
  for (let at = 0; at < tokens.length; at++) {
    const [before, token] = [tokens[at - 1], tokens[at]];
    if (isWord(before, ...BEFORE_TABLES)) inTables = true;
    if (isWord(token, ...AFTER_TABLES)) inTables = false;
    if (token?.value === '(' && !isName(token)) {
      around.push(inTables);
      // Arguments, or the columns of what has the name.
      const ofJoin = isWord(before, 'using') && [',', ')'].includes(tokens[at + 2]?.value ?? '');
      if (ofJoin || (isName(before) && !isWord(before, ...BEFORE_TABLES))) inTables = false;
    }
    if (token?.value === ')' && !isName(token)) inTables = around.pop() ?? inTables;
    if (!isName(token)) continue;
    const start = at;
    while (tokens[at + 1]?.value === '.' && isName(tokens[at + 2])) at += 2;
    const names = tokens
      .slice(start, at + 1)
      .filter(isName)
      .map(({ value }) => value);
    const isTarget = isWord(before, ...BEFORE_TARGETS);
    if (tokens[at + 1]?.value === '(' && !isTarget) found.push({ names, called: true });
    const isBegun = before !== undefined && isWord(before, ...BEFORE_TABLES);
    const isListed = inTables && (before?.value === ',' || before?.value === '(');
    if (isBegun || isListed) found.push({ names, called: false });
  }
  return found;
}

/** What query('…') and query_table('…') run in a text; undefined where that does not stand in it as it is. */
function runTexts(sql: string): readonly string[] | undefined {
  const tokens = significant(sql);
  const found: string[] = [];
  for (const [at, token] of tokens.entries()) {
    if (!isName(token) || !RUN_TEXTS.has(token.value) || tokens[at + 1]?.value !== '(') continue;
    const values = insideParentheses(tokens, at + 1);
    const held = values.filter(({ kind }) => kind === 'string').map((it) => stringOf(sql, it));
    const isPlain = values.every(({ kind, value }) => kind === 'string' || LIST.has(value));
    if (!isPlain || held.some((it) => it === undefined)) return undefined;
    const texts = held.filter((it) => it !== undefined);
    found.push(...texts.map((it) => (token.value === 'query' ? it : `from ${it}`)));
  }
  return found;
}

function bodyOf({ macro, text }: Definition): string {
  if (text === null) return '';
  if (!macro) return viewBody(text) ?? text;
  // A macro that gives a table has a query for its text, any other an expression.
  return isWord(significant(text)[0], 'select', 'from', 'with', 'values') ? text : `select ${text}`;
}

function keyOf(it: Definition): string {
  return `${it.macro} ${key(it)}`;
}

const RUN_TEXTS: ReadonlySet<string> = new Set(['query', 'query_table']);
/** Of the arguments of query_table: names, and whether they are united by name. */
const LIST: ReadonlySet<string> = new Set(['[', ']', ',', 'true', 'false', 'by_name', ':', ':=', '=']);
const BEFORE_TABLES = ['from', 'using', 'join', 'pivot', 'unpivot', 'summarize', 'describe', 'desc', 'show'];
const AFTER_TABLES = [
  'where',
  'set',
  'into',
  'returning',
  'when',
  'select',
  'group',
  'order',
  'having',
  'limit',
];
const BEFORE_TARGETS = ['into', 'table', 'view', 'macro', 'function', 'exists', 'references', 'index'];
