/** Which format the name of an output file asks for: the rule of `-o`, `.output` and `.once`. */
import { extname } from 'node:path';
import { GizmoError } from './errors.js';

/**
 * By the ending of the name; box for none.
 * @param flag what the file was named with
 * @param remedy what chooses a format by name, such as `--format`
 * @throws GizmoError USAGE for an ending that promises a format that there is not
 */
export function formatOfFile(path: string, flag: string, remedy: string): FileFormat {
  const ending = extname(path).slice(1).toLowerCase();
  const format = ENDINGS.get(ending);
  if (format !== undefined) return format;
  if (!/^[a-z]/.test(ending)) return 'box';
  throw new GizmoError(
    'USAGE',
    `${flag} ${path}: nothing here is written as .${ending}. The endings ${[...ENDINGS.keys()]
      .map((each) => `.${each}`)
      .join(', ')} choose a format; for another name give ${remedy}.${ending === 'parquet' ? PARQUET : ''}`,
  );
}

export type FileFormat = 'csv' | 'tsv' | 'json' | 'jsonl' | 'markdown' | 'arrow' | 'box';

const PARQUET = " Parquet is written by the server's own COPY … TO 'file.parquet', to a file of the server.";

const ENDINGS: ReadonlyMap<string, FileFormat> = new Map<string, FileFormat>([
  ['csv', 'csv'],
  ['tsv', 'tsv'],
  ['json', 'json'],
  ['jsonl', 'jsonl'],
  ['ndjson', 'jsonl'],
  ['md', 'markdown'],
  ['arrow', 'arrow'],
  ['arrows', 'arrow'],
  ['txt', 'box'],
  ['out', 'box'],
  ['log', 'box'],
]);
