/**
 * Whether a query may stay prepared and be run again in place of its text, as if that had been planned anew. It may where
 * all that it reads are tables of DuckDB's own: what binding took from elsewhere, such as the names and columns of files,
 * may be different the next time.
 */
import type { EngineStatement } from '../engine.js';
import { PLAN_SQL } from './facts/plan-text.js';
import type { SessionCore } from './session-core.js';

/** More is not kept, and seldom sent twice. */
const TEXT_CHARS_MAX = 4096;
const PLAN_CHARS_MAX = 1024 * 1024;

/**
 * The connection must be claimed. Plans the text once more, and runs nothing.
 * @param sql what runs
 */
export async function isKeepable(
  core: SessionCore,
  { kind, readOnly, parts, serverTables, schema, parameters }: EngineStatement,
  sql: string,
): Promise<boolean> {
  if (kind !== 'select' || !readOnly || parts > 1 || core.isAborted) return false;
  if (schema === undefined || serverTables.length + parameters.fields.length > 0) return false;
  if (sql.length > TEXT_CHARS_MAX) return false;
  try {
    const [json = ''] = await core.readTexts(PLAN_SQL, sql);
    if (json.length > PLAN_CHARS_MAX) return false;
    const answer: unknown = JSON.parse(json);
    return isNode(answer) && answer.error === false && readsTablesOnly(answer.plans);
  } catch {
    return false; // It has been prepared all the same.
  }
}

interface Node {
  readonly [name: string]: unknown;
}

function readsTablesOnly(value: unknown): boolean {
  if (Array.isArray(value)) return value.every(readsTablesOnly);
  if (!isNode(value)) return true;
  if (value.type === 'LOGICAL_GET' && value.name !== 'seq_scan') return false;
  return Object.values(value).every(readsTablesOnly);
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null;
}
