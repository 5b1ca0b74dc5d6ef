/**
 * Readers of files in a statement that is written anew: DuckDB writes their calls in other ways than those whose paths are known to
 * be written out. So names stand in their places meanwhile.
 */
import { quoteText } from '../../../../sql/quote.js';
import { significant } from '../facts/words.js';
import { readCopy } from '../files/copy-statement.js';
import { fileUses } from '../files/file-uses.js';

/** A text without its files. */
export interface HeldFiles {
  readonly text: string;
  /** What was made of the text, with the files. */
  restored(text: string): string;
}

/** Decides nothing: what comes of it is inspected like any text. */
export function withoutFiles(sql: string): HeldFiles {
  const tokens = significant(sql);
  const copy = readCopy(sql, tokens);
  const calls: string[] = [];
  let [text, at] = ['', 0];
  for (const { start, end, reader, paths, options, before, after } of fileUses(sql, tokens)) {
    if (start === copy?.start || start < at) continue;
    text += `${sql.slice(at, start)}${before}${NAME}${calls.length}()${after}`;
    calls.push(`${reader}([${paths.map(quoteText).join(', ')}]${options})`);
    at = end;
  }
  return {
    text: text + sql.slice(at),
    restored: (made) => made.replace(CALL, (whole, which: string) => calls[Number(which)] ?? whole),
  };
}

const NAME = 'gizmo_held_file_';
const CALL = new RegExp(`${NAME}(\\d+)\\(\\)`, 'g');
