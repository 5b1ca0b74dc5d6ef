/** Patterns of names, and text in SQL. */

/** `*` and `?` as in file names become `%` and `_`; with `%` in it a pattern is taken as LIKE already. */
export function toLike(pattern: string): string {
  if (pattern.includes('%')) return pattern;
  return pattern.replace(/[\\_]/g, '\\$&').replace(/\*/g, '%').replace(/\?/g, '_');
}
