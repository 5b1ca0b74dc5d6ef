/** A statement whose tables have the columns only that may be read: a query, or one with queries in it. */
import { GizmoError } from '../../../../errors.js';
import type { ColumnCut } from '../../../model/column-cut.js';
import { foldName } from '../../../model/fold-name.js';
import type { Part } from '../facts/held-parts.js';
import { withParameters } from '../facts/parameters.js';
import type { TextReader } from '../facts/plan-text.js';
import { tableInfoQuery } from '../facts/pragmas.js';
import { significant } from '../facts/words.js';
import { readPrepare, skipExplain } from '../facts/wrappers.js';
import { readCopy } from '../files/copy-statement.js';
import { type Node, queriesOfWith, queryOf } from '../lent/tree.js';
import { writtenAnew } from '../lent/written-anew.js';
import { cutParts } from './cut-parts.js';
import { type Alias, cutQuery } from './cut-query.js';
import type { Unreadable } from './shown.js';

export interface CutText {
  readonly text: string;
  /** What the tables are called in it that are cut. */
  readonly aliases: readonly Alias[];
  /** What is left of it in which a table could be named that is not cut. */
  readonly rest: string;
}

/** The connection must be claimed, in the transaction in which it is to run. */
export async function cutText(
  core: TextReader,
  sql: string,
  cuts: readonly ColumnCut[],
): Promise<CutText | Unreadable> {
  const folded = foldName(sql);
  const isNamed = cuts.some(({ name }) => folded.includes(foldName(name).replaceAll('"', '""')));
  if (!isNamed) return { text: sql, aliases: [], rest: '' };
  const tokens = significant(sql);
  const explained = skipExplain(tokens);
  const from = explained + (readPrepare(tokens.slice(explained))?.start ?? 0);
  const start = tokens[from]?.start ?? sql.length;
  const statement = sql.slice(start);
  const copied = copiedQuery(statement);
  if (copied !== undefined) {
    const cut = await cutText(core, copied.query, cuts);
    if ('unreadable' in cut) return cut;
    if (cut.aliases.length === 0) return { ...cut, text: sql };
    return { ...cut, text: `${sql.slice(0, start)}COPY (${cut.text}) TO ${statement.slice(copied.end)}` };
  }
  const asked = tableInfoQuery(statement) ?? statement;
  const query = await queryOf(core, asked);
  const cut =
    query === undefined
      ? await inParts(core, statement, cuts)
      : await written(core, { sql: asked, query }, cuts);
  if ('unreadable' in cut) return cut;
  return cut.aliases.length === 0
    ? { ...cut, text: sql }
    : { ...cut, text: `${sql.slice(0, start)}${cut.text}` };
}

async function written(
  core: TextReader,
  { sql, query }: { readonly sql: string; readonly query: Node },
  cuts: readonly ColumnCut[],
  within: Parameters<typeof cutQuery>[3] = {},
): Promise<CutText | Unreadable> {
  const aliases = await cutQuery(core, query, cuts, within);
  if ('unreadable' in aliases) return aliases;
  if (aliases.length === 0) return { text: sql, aliases, rest: '' };
  const { sql: text } = await writtenAnew(core, query).catch(() => {
    throw notWritten();
  });
  return { text, aliases, rest: '' };
}

async function inParts(
  core: TextReader,
  sql: string,
  cuts: readonly ColumnCut[],
): Promise<CutText | Unreadable> {
  // Each part is read by itself, where a `?` would be another one.
  const numbered = withParameters(sql, significant(sql), (name) => `$${name}`);
  const aliases: Alias[] = [];
  let [text, rest] = ['', ''];
  let at = 0;
  let around: ReadonlySet<string> = new Set();
  for (const part of cutParts(numbered)) {
    const { start, end, before, after, isValue } = part;
    const whole = before + numbered.slice(start, end) + after;
    const query = await queryOf(core, whole);
    if (query === undefined) continue;
    const scope = part.names ? new Set(queriesOfWith(query).map(([name]) => foldName(name))) : around;
    const cut = await written(core, { sql: whole, query }, cuts, {
      around,
      ...(isValue && { isValue }),
    });
    around = scope;
    if ('unreadable' in cut) return cut;
    const isCut = cut.aliases.length > 0;
    text += `${numbered.slice(at, start)}${isCut ? without(cut.text, part) : numbered.slice(start, end)}`;
    rest += `${numbered.slice(at, start)} `;
    aliases.push(...cut.aliases);
    at = end;
  }
  const after = numbered.slice(at);
  return { text: aliases.length === 0 ? sql : text + after, aliases, rest: rest + after };
}

/** What COPY … TO writes, as a query, and where its path begins. */
function copiedQuery(sql: string): { readonly query: string; readonly end: number } | undefined {
  const copy = readCopy(sql, significant(sql));
  if (copy?.action !== 'write') return undefined;
  const { before, start, end, after } = copy.plan;
  return { query: `${before}${sql.slice(start, end)}${after}`, end: copy.start };
}

/** Without what has made a query of it. */
function without(text: string, { before, after }: Part): string {
  const end = after.trim();
  if (!text.startsWith(before) || !text.endsWith(end)) throw notWritten();
  return text.slice(before.length, text.length - end.length);
}

function notWritten(): GizmoError {
  return new GizmoError(
    'INVALID_ARGUMENT',
    'The statement reads a table by some of its columns, and cannot be written anew with those. Write it in another way.',
  );
}
