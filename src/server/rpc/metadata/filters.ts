/** The filters of metadata commands as parameters of a statement; no filter is ever part of a text. */

/**
 * A pattern of Flight SQL for `system.main.like_escape(name, pattern, '\')`, called by its full name because a macro
 * of a user can stand in for what `LIKE … ESCAPE` means. A backslash that escapes nothing stands for itself: ADBC
 * passes names of tables as they are, and DuckDB would drop it or refuse the pattern. Null: no filter.
 */
export function likePattern(pattern: string | undefined): string | null {
  return pattern?.replaceAll(/\\([%_\\])|\\/g, (found, escaped) => (escaped ? found : '\\\\')) ?? null;
}

/** An exact name; the empty name is nobody's. Null: no filter. */
export function exactName(name: string | undefined): string | null {
  return name ?? null;
}
