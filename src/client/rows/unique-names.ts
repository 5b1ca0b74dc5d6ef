/** Names of columns as names of members. */

/**
 * Two members of one name would lose a value in most readers, so the second `a` becomes `a_1`, as DuckDB itself names
 * the columns when such a result becomes a table.
 */
export function uniqueNames(names: readonly string[]): string[] {
  const taken = new Set(names);
  const seen = new Set<string>();
  return names.map((name) => {
    let unique = name;
    for (let i = 1; seen.has(unique) || (unique !== name && taken.has(unique)); i++) unique = `${name}_${i}`;
    seen.add(unique);
    return unique;
  });
}
