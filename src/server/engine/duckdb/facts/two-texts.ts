/** A text in two versions: one that runs, and one that is planned in its place. They differ in certain parts. */

/** What stands in the place of a part of the text. */
export interface Replacement {
  readonly start: number;
  readonly end: number;
  readonly before: string;
  readonly after: string;
  /** What stands between `before` and `after` where it runs, and where it is planned. */
  readonly run: string;
  readonly plan: string;
}

/**
 * The text from `start` to `end` in one of its versions; what is replaced outside of that is left out. Undefined where two
 * of them overlap.
 */
export function versionOf(
  sql: string,
  replacements: readonly Replacement[],
  which: 'run' | 'plan',
  start = 0,
  end = sql.length,
): string | undefined {
  let text = '';
  let at = start;
  for (const it of [...replacements].sort((one, other) => one.start - other.start)) {
    if (it.start < start || it.end > end) continue;
    if (it.start < at) return undefined;
    text += `${sql.slice(at, it.start)}${it.before}${it[which]}${it.after}`;
    at = it.end;
  }
  return text + sql.slice(at, end);
}
