/** What comes back of a statement, and whether it says too much. */
import type { Answer } from './doors.js';

/**
 * The names and values in an answer that its reader has not written themselves, and numbers that stand for values. Each
 * name has a third letter; two could be the bytes of a number, such as those that say where a text begins.
 */
export function leakedBy({ bytes, rows }: Answer, said: string): string[] {
  const known = said.toLowerCase();
  const text = `${bytes} ${JSON.stringify(rows, (_, it) => (typeof it === 'bigint' ? String(it) : it))}`;
  const found = [...(text.match(/zq[a-z0-9_]+/gi) ?? []), ...(text.match(/7710\d{4}|\b6367\b/g) ?? [])];
  return [...new Set(found.filter((it) => !isMadeOf(it.toLowerCase(), known)))];
}

/** How an answer differs from that of a server that has nothing hidden; undefined where it does not. */
export function answersDiffer(real: Answer, bare: Answer, said: string): unknown {
  if (THROUGH.test(said)) return undefined;
  if (IN_PART.test(said) && BY_NAME.test(said)) return undefined;
  if (FILED.test(said) && WRITING.test(said)) return undefined;
  const read = IN_PART.test(said) ? withoutHints : plain;
  if (real.code !== bare.code || read(real.details) !== read(bare.details))
    return { real: [real.code, real.details], bare: [bare.code, bare.details] };
  if (CHANGING.test(said)) return undefined;
  // In which order a join gives its rows hangs on how many DuckDB expects, hidden ones among them.
  const [one, other] = [real.rows, bare.rows].map((rows) =>
    rows
      .map((row) => JSON.stringify(row, (_, it) => (typeof it === 'bigint' ? String(it) : it)))
      .sort()
      .join('\n'),
  );
  return one === other ? undefined : { real: one, bare: other };
}

/** A view or macro of which the reader of a server without the hidden catalog is told what it reads. */
const THROUGH = /peep|tell/i;
/** A table that is read in part: DuckDB says otherwise where in a text a mistake is, and what it would have meant by `table.column`. */
const IN_PART = /people|both|filed/i;
/** One that is written to has its other columns filled. */
const FILED = /filed/i;
const WRITING = /insert|update|delete|merge|truncate|copy|drop|alter|comment|ifNotExist/i;
/** Where its other columns are refused by their names, or all of it (docs/access.md). */
const BY_NAME = /rowid|query_table\s*\(\s*\[|table_info|histogram|set\s+variable/i;
/** What answers otherwise each time. */
const CHANGING =
  /sample|txid|uuid|random|now\(|current_query|duckdb_|pragma|information_schema|pg_|sqlite|describe|show|explain|gizmo|hash|histogram|approx|summar|version/i;

/** Without what depends on a query being in the place of a table. */
function withoutHints(details: string): string {
  return plain(details)
    .replace(/\n+LINE \d+:[\s\S]*$/, '')
    .replace(/\n+Candidate bindings: : .*/, '');
}

/** Without what is not the same twice. */
function plain(details: string): string {
  return details.replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, '<id>');
}

/** Whether it is in the text, or several of its names are: values stand side by side in what is sent. */
function isMadeOf(found: string, known: string): boolean {
  if (known.includes(found)) return true;
  return found.split(/(?=zq)/).every((it) => known.includes(it));
}
