/**
 * Remembers of texts that ran what they were to the engine: their kind, and what they return. One that differs in values
 * alone is the same to it, as long as names mean what they meant, and need not be prepared before it runs: lookups by key
 * and INSERTs of a few rows, which are seldom sent twice.
 *
 * Only where a value can make no difference but to what is found or stored. Planning cannot be interrupted, and that of
 * other texts may take long for one value, or read another file.
 */
import { keepLatest } from '../../../keep-latest.js';
import type { Again } from '../duckdb/direct/direct-run.js';
import type { Alike } from '../engine.js';
import type { KeptPlan } from './kept-plans.js';
import { type ExecuteAnswer, isSmall } from './protocol.js';

export class AlikeTexts {
  /** By session and shape, those that were added last at the end. */
  readonly #known = new Map<string, Known>();

  /** What a text like this one was. @param version that of {@link KeptPlans.meaning} */
  find(session: number, sql: string, version: number | undefined): Known | undefined {
    const shape = version === undefined ? undefined : shapeOf(sql);
    if (shape === undefined) return undefined;
    const key = keyOf(session, shape);
    const known = this.#known.get(key);
    if (known === undefined || known.version === version) return known;
    this.#known.delete(key);
    return undefined;
  }

  /** To be told of a text that was prepared and has run. */
  learn(session: number, sql: string, { answer, version }: KeptPlan, ran: ExecuteAnswer): void {
    const { kind, returns, readOnly, parts, serverTables, parametersMessage } = answer;
    if (parts > 1 || serverTables.length > 0 || parametersMessage !== undefined) return;
    const isLookup = kind === 'select' && readOnly && isSmall(ran);
    if (!isLookup && !(kind === 'insert' && returns === 'count')) return;
    const shape = shapeOf(sql);
    if (shape === undefined) return;
    const known: Known = { alike: { kind, returns, readOnly }, version, again: undefined };
    keepLatest(this.#known, keyOf(session, shape), known, SHAPES_MAX);
  }

  /** To be told of one that was found here and has run: it may have answered more than those before. */
  note(session: number, sql: string, isSmall: boolean): void {
    const shape = isSmall ? undefined : shapeOf(sql);
    if (shape !== undefined) this.#known.delete(keyOf(session, shape));
  }
}

/** What is known of all texts of a shape in a session. */
export interface Known {
  readonly alike: Alike;
  readonly version: number;
  /** How the next one may be run from this thread; in vain where each answers other columns. */
  again: Again | 'in vain' | undefined;
}
const SHAPES_MAX = 1000;
const TEXT_CHARS_MAX = 4096;

/** The text with a mark in place of values; undefined where a value may mean more than itself. */
export function shapeOf(sql: string): string | undefined {
  if (sql.length > TEXT_CHARS_MAX) return undefined;
  if (INSERTS.test(sql)) {
    const shape = sql.replace(VALUE, MARK);
    return INSERT_OF_VALUES.test(shape) ? shape : undefined;
  }
  if (!READS.test(sql)) return undefined;
  const shape = sql.replace(EQUAL_TO, `=${MARK}`);
  const means = SPECIAL.test(shape.replace(LAST, '')) || NAMED_ARGUMENT.test(shape) || COLUMNS.test(shape);
  return means ? undefined : shape;
}

function keyOf(session: number, shape: string): string {
  return `${session} ${shape}`;
}

/** Of no meaning to DuckDB. */
const MARK = '`';
const READS = /^\s*(?:select|from)\b/i;
const INSERTS = /^\s*insert\b/i;
/** `'…'` ends at the first quote that is not doubled, as long as nothing that is left can begin other quotes or a comment. */
const VALUE = /(?<!\w)(?:-?\d+(?:\.\d+)?\b|'(?:[^']|'')*')/g;
const EQUAL_TO = /(?<![<>!:=])= *(?:-?\d+(?:\.\d+)?\b|'(?:[^']|'')*')/g;
const LAST = /;\s*$/;
/** What can begin a comment or other quotes, is a parameter, or separates statements; and texts that are no values here. */
const SPECIAL = /['"$\\;?]|--|\/\*/;
/** `f(a = 1)`: a function may go by it while it is bound, such as a reader of files. */
const NAMED_ARGUMENT = /[(,]\s*\w+\s*=`/;
/** `columns(c -> c = 'a')`: a value says which columns there are. */
const COLUMNS = /\bcolumns\s*\(/i;
const INSERT_OF_VALUES =
  /^\s*insert\s+into\s+\w+(?:\.\w+){0,2}\s*(?:\([\w\s,]*\)\s*)?values\s*\(\s*(?:`|null|true|false|default)(?:[\s,()]+(?:`|null|true|false|default))*\s*\)\s*;?\s*$/i;
