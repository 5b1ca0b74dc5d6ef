/** A text with some of its names masked, and what is told of it with the names put back. */
import { GizmoError, toGizmoError } from '../../errors.js';
import type { EngineSession, InspectOptions } from '../engine/engine.js';
import type { PlanFacts } from '../model/plan-facts.js';
import { mask } from './masked-names.js';

/** Folded names, and where they are masked. */
export interface Masking {
  readonly hidden: ReadonlySet<string>;
  readonly places: ReadonlySet<number>;
  readonly whole: boolean;
  readonly known: ReadonlySet<string>;
  readonly inStrings?: ReadonlyMap<number, ReadonlySet<string>>;
}

/** What came of it. */
export interface Tried {
  /** How the text fails, or what it would do; undefined where nothing is masked. */
  readonly answer: GizmoError | PlanFacts | undefined;
  /** The names among the hidden ones for want of which a column failed: nothing hidden was meant by them. */
  readonly columns: readonly string[];
}

/** Inspects a text with these names masked. */
export async function inspectMasked(
  engine: EngineSession,
  text: string,
  options: InspectOptions,
  { hidden, ...how }: Masking,
): Promise<Tried> {
  const { masked, unmask, namesIn: maskedIn } = mask(text, hidden, how);
  if (masked === text) return { answer: undefined, columns: [] };
  try {
    const facts = await engine.inspect(masked, options);
    return { answer: JSON.parse(unmask(JSON.stringify(facts))), columns: [] };
  } catch (reason) {
    const { code, message, position } = toGizmoError(reason);
    const [sentence = ''] = message.split('\n', 1);
    return {
      answer: new GizmoError(code, unmask(message), { ...(position !== undefined && { position }) }),
      columns: OF_COLUMN.test(sentence) ? maskedIn(sentence) : [],
    };
  }
}

/** DuckDB misses a column, or a table that is read already. */
const OF_COLUMN = /\bnot found\b|does not have a column|Could not find key/;
