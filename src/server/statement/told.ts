/** How a statement failed, as it is told to somebody: DuckDB names what else depends on an object, which may be hidden. */
import { GizmoError, toGizmoError } from '../../errors.js';
import type { Access, Who } from '../access/access.js';
import { withoutDefinitions } from './untold-columns.js';

/**
 * The error without names that those limited by grants may not know; the same error where it has none.
 * @param text of the statement; what stands in it may be told
 */
export function toldTo(access: Access, principal: Who, reason: unknown, text: string): unknown {
  const { grants } = access.rightsOf(principal);
  if (grants === undefined) return reason;
  const { code, message, detail } = toGizmoError(reason);
  const known = NAMING.reduce((it, [pattern, replacement]) => it.replace(pattern, replacement), message);
  const inPart = grants.granted.some(({ columns }) => columns !== undefined);
  const told = inPart ? withoutDefinitions(known, text) : known;
  return told === message ? reason : new GizmoError(code, told, { detail: detail ?? message, cause: reason });
}

/** DuckDB's messages, and what is left of them. */
const NAMING: readonly (readonly [RegExp, string])[] = [
  [/^(Dependency Error: Cannot (?:drop|alter) entry "[^\n]*)\n[\s\S]*/, '$1'],
  [/(this table is main key table of) the table "[\s\S]*"/, '$1 another one'],
  [
    /(Violates foreign key constraint because) key "[\s\S]*" (is still referenced|does not exist)/,
    '$1 a key $2',
  ],
];
