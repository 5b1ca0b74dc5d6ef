/** Compares two parse trees that may differ in certain subqueries only. */
import { isNode, printed } from './tree.js';

/**
 * How many of `first`'s tables that are one of the queries in `pairs` are the other of that pair in `second`, where all
 * else is the same; undefined where something else differs. Queries are as `printed` prints them.
 */
export function sameButFor(
  first: unknown,
  second: unknown,
  pairs: ReadonlyMap<string, string>,
): number | undefined {
  if (Array.isArray(first) && Array.isArray(second)) {
    if (first.length !== second.length) return undefined;
    return sum(first.map((it: unknown, at) => sameButFor(it, second[at], pairs)));
  }
  if (!isNode(first) || !isNode(second)) return Object.is(first, second) ? 0 : undefined;
  const keys = Object.keys(first);
  if (keys.length !== Object.keys(second).length) return undefined;
  const isTable = first.type === 'SUBQUERY' && first.class === undefined;
  const [one, other] = [queryIn(first.subquery), queryIn(second.subquery)];
  if (isTable && one !== undefined && other !== undefined && pairs.get(printed(one)) === printed(other)) {
    const rest = keys.filter((key) => key !== 'subquery');
    const differs = sum(
      rest.map((key) => (key === 'query_location' ? 0 : sameButFor(first[key], second[key], pairs))),
    );
    return differs === undefined ? undefined : differs + 1;
  }
  return sum(
    keys.map((key) =>
      key === 'query_location'
        ? 0
        : Object.hasOwn(second, key)
          ? sameButFor(first[key], second[key], pairs)
          : undefined,
    ),
  );
}

function queryIn(statement: unknown): unknown {
  return isNode(statement) ? statement.node : undefined;
}

function sum(counts: readonly (number | undefined)[]): number | undefined {
  return counts.reduce<number | undefined>(
    (all, it) => (all === undefined || it === undefined ? undefined : all + it),
    0,
  );
}
