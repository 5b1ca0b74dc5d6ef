/**
 * Columns that are called by their SQL: an expression without a name of its own has its text for one, as it runs. Where something else is to
 * stand in it that nobody should see, it gets the name first that it has as it is written.
 */
import { isNode, type Node, queryOf, type TextReader, textOf, walk } from './tree.js';

/**
 * Names those columns of a query and of the queries within it, whose expressions `holds` says are to be changed. False
 * where that cannot be done: what COLUMNS makes has several names.
 */
export async function nameColumns(
  core: TextReader,
  tree: unknown,
  holds: (column: Node) => boolean,
): Promise<boolean> {
  const unnamed: Node[] = [];
  walk(tree, (node) => {
    if (node.type === 'SELECT_NODE' && Array.isArray(node.select_list))
      for (const it of node.select_list as unknown[])
        if (isNode(it) && it.alias === '' && it.class !== 'STAR' && holds(it)) unnamed.push(it);
    return true;
  });
  if (unnamed.some((it) => hasNode(it, isColumns))) return false;
  const names: string[] = [];
  const template = unnamed.length === 0 ? undefined : await queryOf(core, 'select 1');
  for (const it of unnamed) {
    const text = await textOf(core, { ...template, select_list: [it] });
    names.push(text.replace(/^SELECT /, ''));
  }
  for (const [at, it] of unnamed.entries()) it.alias = names[at];
  return true;
}

/** Whether there is such a node in the tree. */
export function hasNode(tree: Node, is: (node: Node) => boolean): boolean {
  let found = false;
  walk(tree, (node) => {
    found ||= is(node);
    return !found;
  });
  return found;
}

function isColumns({ class: kind, columns }: Node): boolean {
  return kind === 'STAR' && columns === true;
}
