/** What DESCRIBE and SHOW describe in a statement, by DuckDB's parse tree (`json_serialize_sql`). */

/**
 * JSON pointers to the described queries; SUMMARIZE is not among them, since DuckDB plans what that reads. Undefined
 * where they cannot be planned by themselves: the statement is not a SELECT, or names common table expressions.
 */
export function describedQueries(tree: unknown): readonly string[] | undefined {
  const found: string[] = [];
  const open: (readonly [pointer: string, node: unknown])[] = [['', tree]];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const [pointer, node] = next;
    if (typeof node !== 'object' || node === null) continue;
    const members = new Map<string, unknown>(Object.entries(node));
    if (members.get('error') === true || namesQueries(members.get('cte_map'))) return undefined;
    const isShow = members.get('type') === 'SHOW_REF' && members.get('show_type') !== 'SUMMARY';
    if (isShow && typeof members.get('query') === 'object' && members.get('query') !== null)
      found.push(`${pointer}/query`);
    for (const [key, value] of members) open.push([`${pointer}/${key}`, value]);
  }
  return found;
}

/** A name of WITH would mean something else, or nothing, to a query that is planned alone. */
function namesQueries(map: unknown): boolean {
  return (
    typeof map === 'object' && map !== null && 'map' in map && Array.isArray(map.map) && map.map.length > 0
  );
}
