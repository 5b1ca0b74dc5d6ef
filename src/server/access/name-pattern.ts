/** Names with `*` and `?`, compared as DuckDB compares names. */
import { foldName } from '../model/fold-name.js';

/**
 * Whether `name` is what `pattern` says: `*` stands for any text, also none, and `?` for one character. Takes time
 * in proportion to both lengths multiplied, whatever the pattern.
 */
export function matchesName(pattern: string, name: string): boolean {
  const wanted = [...foldName(pattern)];
  const given = [...foldName(name)];
  let at = 0;
  let star = -1;
  let resume = 0;
  for (let position = 0; position < given.length; ) {
    if (wanted[at] === '*') {
      star = at++;
      resume = position;
    } else if (at < wanted.length && (wanted[at] === '?' || wanted[at] === given[position])) {
      at++;
      position++;
    } else if (star >= 0) {
      at = star + 1;
      position = ++resume;
    } else return false;
  }
  while (wanted[at] === '*') at++;
  return at === wanted.length;
}

/** Whether two names are the same to DuckDB. */
export function sameName(one: string, other: string): boolean {
  return foldName(one) === foldName(other);
}
