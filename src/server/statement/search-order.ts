/** Where DuckDB looks for a name, and in which order: the first place that has it is what is meant. */
import type { Place } from '../access/grants.js';
import type { NamedThings } from '../engine/engine.js';
import { foldName } from '../model/fold-name.js';
import { tokensOf } from '../model/tokens.js';
import { type Occurrence, occurrences } from './occurrences.js';

type SearchPath = NamedThings['path'];
type Schema = SearchPath[number];

/**
 * Where a text's names are looked for: those in a new view first where it is made, all others in the session's own path.
 * @param path the session's, which begins with what is current
 */
export function searchPath(text: string, path: SearchPath): SearchPath {
  const catalog = path[0]?.catalog ?? 'temp';
  const main = { catalog, schema: 'main' };
  return [{ catalog: 'temp', schema: 'main' }, ...viewPlace(text, catalog), ...path, main];
}

const CREATE_VIEW =
  /^(?:explain (?:analyze )?(?:\( .*? \) )?)?create (?:or replace )?(?:(?:local |global )?temp(?:orary)? )?(?:recursive )?view (?:if not exists )?/;

/** The schema in which the text makes a view, by what is written before its name; none where nothing is, or it makes none. */
function viewPlace(text: string, catalog: string): Schema[] {
  const tokens = [...tokensOf(text).entries()].filter(
    ([, { kind }]) => kind !== 'space' && kind !== 'comment',
  );
  const words = tokens.map(([, { start, end }]) => `${text.slice(start, end).toLowerCase()} `);
  const [begin] = CREATE_VIEW.exec(words.join('')) ?? [];
  if (begin === undefined) return [];
  let first = 0;
  for (let length = 0; length < begin.length; first++) length += words[first]?.length ?? begin.length;
  const chain: string[] = [];
  for (const { at, name, within } of occurrences(text)) {
    if (at < (tokens[first]?.[0] ?? 0)) continue;
    if (name === undefined || within.length !== chain.length) break;
    chain.push(name);
  }
  const [one, two] = chain;
  if (one === undefined || two === undefined) return [];
  if (chain.length > 2) return [{ catalog: one, schema: two }];
  return [
    { catalog: one, schema: 'main' },
    { catalog, schema: one },
  ];
}

/** What may bear one name beside one another. */
export type Kind = NamedThings['objects'][number]['kind'] | 'schema';

/** What a table's name may stand behind that its columns follow in parentheses. */
const BEFORE_COLUMNS =
  /^(?:into|on|only|copy|references|analyze|vacuum|full|freeze|verbose|table|view|pivot|unpivot|with|recursive|update|describe|desc|summarize|show)$/;

/** What a name can be of that stands there. */
export function kindsMeant(
  { isPlace, behind, isCalled }: Occurrence,
  { inString }: { readonly inString: boolean },
): readonly Kind[] {
  // COMMENT ON COLUMN names a table so; columns elsewhere are of tables that are named once more.
  if (isPlace) return behind === 'column' ? ['schema', 'table'] : ['schema'];
  // Another name for a table, or a type.
  if (behind === 'as') return [];
  if (behind === 'sequence' || behind === 'index') return [behind];
  if (behind === 'macro' || behind === 'function') return ['macro'];
  if (isCalled) return BEFORE_COLUMNS.test(behind) ? ['macro', 'table'] : ['macro'];
  return inString ? ['table', 'sequence'] : ['table'];
}

/** One way to write something, and how late DuckDB comes to it: what is earlier is meant instead. */
export interface Way {
  readonly chain: readonly string[];
  readonly rank: number;
}

/** How a schema, or an object in one, is written. */
export function waysTo({ catalog, schema, name }: Place & Schema, path: SearchPath): Way[] {
  const ofCatalog = path.findIndex((it) => same(it.catalog, catalog));
  const exact = path.findIndex((it) => same(it.catalog, catalog) && same(it.schema, schema));
  const near = (chain: readonly string[], rank: number) => (rank < 0 ? [] : [{ chain, rank }]);
  if (name === undefined) return [{ chain: [catalog, schema], rank: 0 }, ...near([schema], ofCatalog)];
  const isMain = ofCatalog < 0 && same(schema, 'main');
  return [
    { chain: [catalog, schema, name], rank: 0 },
    // Without a schema, it is in those of the path that are in the catalog.
    { chain: [catalog, name], rank: isMain ? 0 : exact < 0 ? path.length : exact },
    ...near([schema, name], ofCatalog),
    ...near([name], exact),
  ];
}

function same(one: string, other: string): boolean {
  return foldName(one) === foldName(other);
}
