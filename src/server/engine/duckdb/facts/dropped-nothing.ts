/**
 * DROP … IF EXISTS of what is not there, or may not be known, which are the same to whoever is limited: it does nothing. DuckDB's plan
 * tells neither from what is there.
 */

import { foldName } from '../../../model/fold-name.js';
import type { PlanFacts } from '../../../model/plan-facts.js';
import type { Visible } from '../../../model/visible.js';
import type { InspectOptions } from '../../engine.js';
import { inSession } from '../lent/resolve.js';
import type { SessionCore } from '../session-core.js';
import { isVisible } from './is-visible.js';
import { PLAN_SQL, planOf } from './plan-text.js';
import { NO_FACTS } from './read-text.js';
import { isName, isWord, significant, type Word } from './words.js';

/** What it does, and that something runs in its place that does nothing; undefined for any other text. The connection must be claimed. */
export async function droppedNothing(
  core: SessionCore,
  sql: string,
  { visible, readOnly }: InspectOptions,
): Promise<PlanFacts | undefined> {
  if (visible === undefined || readOnly || core.isAborted) return undefined;
  const drop = readDrop(sql);
  if (drop === undefined) return undefined;
  const { kind, names } = drop;
  const place = await inSession(core, names, ALIKE.find((kinds) => kinds.includes(kind)) ?? [kind]);
  if (place !== undefined && isVisible(visible, place)) return undefined;
  // How it fails where there is not even a place for it, DuckDB says: of a database, only when it runs.
  if (place === undefined && (await planOf(core, PLAN_SQL, [sql])).error) return undefined;
  if (names.length > 2 && !isCatalog(visible, names[0])) return undefined;
  core.columnCuts.replace(core.kept.expand(sql), `DROP ${kind} IF EXISTS temp.main.gizmo_nothing`);
  return { ...NO_FACTS, cut: true };
}

function isCatalog({ catalogs, parts }: Visible, name = ''): boolean {
  return [...catalogs, ...parts.map(({ catalog }) => catalog)].some((it) => foldName(it) === name);
}

/** What is to be dropped, by its kind and its name's parts. */
function readDrop(sql: string): { readonly kind: string; readonly names: readonly string[] } | undefined {
  const [first, ...tokens] = significant(sql);
  if (!isWord(first, 'drop')) return undefined;
  const exists = tokens.findIndex((it, at) => isWord(it, 'if') && isWord(tokens[at + 1], 'exists'));
  const kind = tokens.slice(0, Math.max(exists, 0)).map(({ value }) => value);
  const rest = tokens.slice(exists + 2);
  const name = isWord(rest.at(-1), 'cascade', 'restrict') && rest.length > 1 ? rest.slice(0, -1) : rest;
  if (!KINDS.has(kind.join(' ')) || !isChain(name)) return undefined;
  return { kind: kind.join(' '), names: name.filter(isName).map(({ value }) => value) };
}

function isChain(words: readonly Word[]): boolean {
  return words.length % 2 === 1 && words.every((it, at) => (at % 2 === 0 ? isName(it) : it.value === '.'));
}

/** Of which no two have the same name: to drop one as the other fails, and would say that it is there. */
const ALIKE: readonly (readonly string[])[] = [['table', 'view']];
const KINDS: ReadonlySet<string> = new Set([
  ...['table', 'view', 'sequence', 'type', 'index'],
  ...['macro', 'function', 'macro table', 'function table'],
]);
