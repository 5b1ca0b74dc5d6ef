/** Whether a query means the same whoever runs it. An allow-list: what is not known here is a reason against. */
import { foldName } from '../../../model/fold-name.js';
import type { FunctionClass } from '../../../model/plan-facts.js';
import { FILE_READERS, scalarClass, tableFunctionClass } from '../facts/function-classes.js';
import { isNode, type MacroCall, type Node, textIn, walk } from './tree.js';

/** What a body names besides tables. */
export interface Calls {
  /** Why it cannot be lent; undefined where it can. */
  readonly reason: string | undefined;
  /** Functions, operators and types, folded. */
  readonly names: readonly string[];
  /** Calls of what is not DuckDB's own, which are macros or of extensions. */
  readonly macros: readonly MacroCall[];
}

/** @param parameters of a macro, folded */
export function checkBody(body: Node, parameters: ReadonlySet<string>, types: ReadonlySet<string>): Calls {
  const macros: MacroCall[] = [];
  const names = new Set<string>();
  const ofTables = new Set<unknown>();
  let reason: string | undefined;
  const refuse = (why: string | undefined) => {
    reason ??= why;
  };
  walk(body, (node) => {
    const { class: kind, type } = node;
    if (typeof kind === 'string') {
      if (!EXPRESSIONS.has(kind)) refuse(`it has ${kind.toLowerCase().replaceAll('_', ' ')} in it`);
      else if (kind === 'COLUMN_REF') refuse(columnReason(node) ?? partReason(node, parameters));
      else if (kind === 'LAMBDA' && parameters.size > 0) refuse('it is a macro with a lambda');
      else if (CALLS.has(kind) && !ofTables.has(node)) {
        if (isMacro(node, scalarClass)) macros.push({ node, call: node });
        else {
          names.add(foldName(textIn(node, 'function_name')));
          refuse(callReason(node));
        }
      }
    } else if (type === 'TABLE_FUNCTION') {
      ofTables.add(node.function);
      if (isNode(node.function) && isMacro(node.function, tableFunctionClass))
        macros.push({ node, call: node.function });
      else {
        names.add(isNode(node.function) ? foldName(textIn(node.function, 'function_name')) : '');
        refuse(tableCallReason(node.function, parameters));
      }
    } else if (
      typeof type === 'string' &&
      /_REF$|^(BASE_TABLE|COLUMN_DATA)$/.test(type) &&
      type !== 'BASE_TABLE'
    ) {
      refuse(`it has ${type === 'SHOW_REF' ? 'DESCRIBE or SHOW' : type} in it`);
    } else if (type === 'BASE_TABLE' && isNode(node.at_clause)) {
      refuse('it reads a table as it was (AT)');
    } else if (type === 'UNBOUND_TYPE_INFO') {
      const name = foldName(textIn(node, 'name'));
      names.add(name);
      if (!types.has(name) || textIn(node, 'schema') !== '')
        refuse(`the type ${textIn(node, 'name')} is not DuckDB's own`);
    }
    return true;
  });
  return { reason, names: [...names], macros };
}

/** Whether it may be a macro that somebody has made. */
function isMacro(call: Node, classOf: (name: string) => FunctionClass): boolean {
  const name = textIn(call, 'function_name');
  return !isOwn(call) || (classOf(name) === 'unknown' && /[\p{L}\p{N}_]/u.test(name));
}

function callReason(node: Node): string | undefined {
  const name = textIn(node, 'function_name');
  if (OF_THE_SESSION.has(name.toLowerCase())) return `the answer of ${name} depends on the session`;
  return scalarClass(name) === 'pure' || !/[\p{L}\p{N}_]/u.test(name) ? undefined : `it calls ${name}`;
}

function tableCallReason(call: unknown, parameters: ReadonlySet<string>): string | undefined {
  if (!isNode(call)) return 'it has a table function in it that is not known';
  const name = textIn(call, 'function_name');
  if (tableFunctionClass(name) === 'pure') return undefined;
  if (!READERS.has(name.toLowerCase())) return `it calls ${name}`;
  let isGiven = false;
  walk(call, (node) => {
    const names = node.class === 'COLUMN_REF' && Array.isArray(node.column_names) ? node.column_names : [];
    isGiven ||= names.some((it) => parameters.has(foldName(String(it))));
    return true;
  });
  return isGiven ? `who calls it says what ${name} reads` : undefined;
}

/** Whether it is written without a catalog and schema of somebody's. */
function isOwn(node: Node): boolean {
  const [catalog, schema] = [textIn(node, 'catalog'), textIn(node, 'schema')];
  return (catalog === '' || catalog === 'system') && (schema === '' || schema === 'main');
}

/** DuckDB takes `p.a` for a part of the parameter `p`, also where a table is called so. */
function partReason({ column_names: names }: Node, parameters: ReadonlySet<string>): string | undefined {
  const [name = '', ...more] = Array.isArray(names) ? names.map(String) : [];
  return more.length > 0 && parameters.has(foldName(name))
    ? `${name}.${more.join('.')} is a part of a parameter: write struct_extract(${name}, '${more.join('.')}')`
    : undefined;
}

/** Some functions without arguments are written like columns. */
function columnReason({ column_names: names }: Node): string | undefined {
  const [name, ...more] = Array.isArray(names) ? names.map(String) : [];
  const found = name !== undefined && more.length === 0 && OF_THE_SESSION.has(name.toLowerCase());
  return found ? `the answer of ${name} depends on the session` : undefined;
}

const READERS: ReadonlySet<string> = new Set(FILE_READERS.filter((name) => name !== 'read_duckdb'));
const CALLS: ReadonlySet<string> = new Set(['FUNCTION', 'WINDOW']);

const EXPRESSIONS: ReadonlySet<string> = new Set([
  'BETWEEN',
  'CASE',
  'CAST',
  'COLLATE',
  'COLUMN_REF',
  'COMPARISON',
  'CONJUNCTION',
  'CONSTANT',
  'FUNCTION',
  'LAMBDA',
  'LAMBDA_REF',
  'OPERATOR',
  'POSITIONAL_REFERENCE',
  'STAR',
  'SUBQUERY',
  'TYPE',
  'WINDOW',
]);

/** What somebody can set for themselves, and must not decide what a view shows. */
const OF_THE_SESSION: ReadonlySet<string> = new Set([
  'current_catalog',
  'current_database',
  'current_query',
  'current_schema',
  'current_schemas',
  'current_setting',
  'getvariable',
  'in_search_path',
  'setseed',
]);
