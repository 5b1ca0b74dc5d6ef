/**
 * How a statement fails that names columns which may not be known, where no query stands in the place of their table: in what is
 * changed itself, in an index, a type or a variable. It is inspected once more with names that no column has in their place.
 */
import { GizmoError, toGizmoError } from '../../../../errors.js';
import type { ColumnCut } from '../../../model/column-cut.js';
import { foldName } from '../../../model/fold-name.js';
import type { ObjectName, PlanFacts } from '../../../model/plan-facts.js';
import { columnsOf } from '../facts/look-up.js';
import { isName, significant } from '../facts/words.js';
import { key } from '../lent/resolve.js';
import type { SessionCore } from '../session-core.js';

/**
 * The error without those columns; undefined where it names none, or does not fail without them.
 * @param facts of the text
 * @param inspect what inspects the text again
 */
export async function failsWithoutNamed(
  core: SessionCore,
  text: string,
  { facts, cuts }: { readonly facts: PlanFacts; readonly cuts: readonly ColumnCut[] },
  inspect: (text: string) => Promise<unknown>,
): Promise<GizmoError | undefined> {
  const touched = cuts.filter((it) => !it.isKnown && isTouched(it, facts));
  if (touched.length === 0) return undefined;
  const { masked, unmask } = mask(text, await hiddenColumns(core, touched, facts));
  if (masked === text) return undefined;
  try {
    await inspect(masked);
    return undefined;
  } catch (reason) {
    const { code, message, position } = toGizmoError(reason);
    return new GizmoError(code, unmask(message), { ...(position !== undefined && { position }) });
  }
}

/** Whether it is changed, or read with columns that may not be. */
function isTouched(cut: ColumnCut, { reads, writes }: PlanFacts): boolean {
  const isRead = ({ columns, ...table }: PlanFacts['reads'][number]) =>
    key(table) === key(cut) && columns?.every((it) => has(cut.columns, it)) !== true;
  return reads.some(isRead) || writes.some((it) => key(it) === key(cut));
}

/** Folded, without those that another table is read by. */
async function hiddenColumns(
  core: SessionCore,
  tables: readonly ColumnCut[],
  { reads }: PlanFacts,
): Promise<ReadonlySet<string>> {
  const cutOf = (table: ObjectName) => tables.find((it) => key(it) === key(table));
  const hidden = new Set<string>();
  for (const { column, ...table } of await columnsOf(core, [...new Set(tables.map(({ name }) => name))])) {
    const cut = cutOf(table);
    if (cut !== undefined && !has(cut.columns, column)) hidden.add(foldName(column));
  }
  for (const { columns = [], ...table } of reads)
    if (cutOf(table) === undefined) for (const it of columns) hidden.delete(foldName(it));
  return hidden;
}

function has(columns: readonly string[], column: string): boolean {
  return columns.some((it) => foldName(it) === foldName(column));
}

/** Letters to DuckDB, and others than those that stand for hidden names (statement/masked-names.ts). */
const MASK_FROM = 0xf000;
const MASKS = 0x800;

function mask(
  text: string,
  hidden: ReadonlySet<string>,
): { readonly masked: string; readonly unmask: (message: string) => string } {
  const spelled: string[] = [];
  let [masked, at] = ['', 0];
  for (const word of significant(text)) {
    if (!isName(word) || !hidden.has(word.value)) continue;
    const quotes = word.kind === 'quotedIdentifier' ? 1 : 0;
    const [start, end] = [word.start + quotes, word.end - quotes];
    const name = text.slice(start, end);
    const known = spelled.indexOf(name);
    if (known < 0 && spelled.length === MASKS) continue;
    const which = known < 0 ? spelled.push(name) - 1 : known;
    masked += text.slice(at, start) + String.fromCharCode(MASK_FROM + which).repeat(name.length);
    at = end;
  }
  return {
    masked: masked + text.slice(at),
    unmask: (message) =>
      message.replace(
        /([\uF000-\uF7FF])\1*/g,
        (run, letter: string) => spelled[letter.charCodeAt(0) - MASK_FROM]?.slice(0, run.length) ?? run,
      ),
  };
}
