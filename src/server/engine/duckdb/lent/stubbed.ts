/** A lent body that reads nothing: what it is planned as where its types hang on what it is given. */

import { randomBytes } from 'node:crypto';
import { quoteName } from '../../../../sql/quote.js';
import { FILE_READERS } from '../facts/function-classes.js';
import { columnsOf, stubOf } from './columns.js';
import {
  asSubquery,
  become,
  isNode,
  type Node,
  queryOf,
  references,
  type TextReader,
  textIn,
  textOf,
  walk,
} from './tree.js';

/**
 * The text of the query with one without rows in the place of each table and file; with a LIMIT around that limits nothing,
 * past which what the columns come from is not known (see origins.ts). The connection must be claimed.
 */
export async function stubbed(core: TextReader, query: Node): Promise<string> {
  const copy = structuredClone(query);
  for (const { node, catalog, schema, table } of references(copy)) {
    await replace(core, node, quoteName(...[catalog, schema, table].filter((it) => it !== '')));
  }
  const readers: Node[] = [];
  walk(copy, (node) => {
    if (node.type === 'TABLE_FUNCTION' && isReader(node.function)) readers.push(node);
    return true;
  });
  for (const node of readers) {
    const template = await queryOf(core, 'from t');
    const from = await textOf(core, { ...template, from_table: { ...node, alias: '', sample: null } });
    const name = isNode(node.function) ? textIn(node.function, 'function_name') : '';
    if (textIn(node, 'alias') === '') node.alias = name;
    await replace(core, node, `(${from})`);
  }
  return `(from (${await textOf(core, copy)}) offset 0)`;
}

async function replace(core: TextReader, node: Node, from: string): Promise<void> {
  const stub = stubOf(await columnsOf(core, from), `(select '${MARK}' as "${MARK}")`);
  const query = await queryOf(core, stub);
  if (query === undefined) return;
  become(node, asSubquery(node, query));
}

function isReader(call: unknown): boolean {
  return isNode(call) && FILE_READERS.includes(textIn(call, 'function_name').toLowerCase());
}

/** Marks such queries in a plan. Whoever asks does not know it. */
export const MARK: string = randomBytes(16).toString('hex');
