/** The query in a parse tree. */

/** Of a tree with one statement: its query. */
export function nodeOf(tree: unknown): unknown {
  if (typeof tree !== 'object' || tree === null || !('statements' in tree)) return undefined;
  const [statement, ...more] = Array.isArray(tree.statements) ? tree.statements : [];
  return more.length === 0 ? statement?.node : undefined;
}
