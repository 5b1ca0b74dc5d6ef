/**
 * Remembers of texts that ran what they were to the engine: their kind, and what they return. One that differs in values
 * alone is the same to it, as long as names mean what they meant, and need not be prepared before it runs: lookups by key
 * and INSERTs of a few rows, which are seldom sent twice.
 *
 * Only where a value can make no difference but to what is found or stored. Planning cannot be interrupted, and that of
 * other texts may take long for one value, or read another file.
 */
import { keepLatest } from '../../../keep-latest.js';
import type { Alike } from '../engine.js';
import type { KeptPlan } from './kept-plans.js';
import type { ExecuteAnswer } from './protocol.js';

export class AlikeTexts {
  /** By session and shape, those that were added last at the end. */
  readonly #known = new Map<string, { readonly alike: Alike; readonly version: number }>();

  /** What a text like this one was. @param version that of {@link KeptPlans.meaning} */
  find(session: number, sql: string, version: number | undefined): Alike | undefined {
    const shape = version === undefined ? undefined : shapeOf(sql);
    if (shape === undefined) return undefined;
    const key = keyOf(session, shape);
    const known = this.#known.get(key);
    if (known === undefined || known.version === version) return known?.alike;
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
    const alike = { kind, returns, readOnly };
    keepLatest(this.#known, keyOf(session, shape), { alike, version }, SHAPES_MAX);
  }

  /** To be told of one that was found here and has run: it may have answered more than those before. */
  note(session: number, sql: string, ran: ExecuteAnswer): void {
    const shape = isSmall(ran) ? undefined : shapeOf(sql);
    if (shape !== undefined) this.#known.delete(keyOf(session, shape));
  }
}

/** All of it is there, and DuckDB holds no more than that. */
function isSmall({ ended, batch }: ExecuteAnswer): boolean {
  return ended && (batch?.rows ?? 0) <= FEW_ROWS;
}

const FEW_ROWS = 2048;
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
  return SPECIAL.test(shape.replace(LAST, '')) || NAMED_ARGUMENT.test(shape) ? undefined : shape;
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
const INSERT_OF_VALUES =
  /^\s*insert\s+into\s+\w+(?:\.\w+){0,2}\s*(?:\([\w\s,]*\)\s*)?values\s*\(\s*(?:`|null|true|false|default)(?:[\s,()]+(?:`|null|true|false|default))*\s*\)\s*;?\s*$/i;
