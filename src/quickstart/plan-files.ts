/** Looks at the files of a quickstart before anything starts: what each is, and which table it becomes. */
import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { basename, extname, resolve } from 'node:path';
import { GizmoError } from '../errors.js';

/** What DuckDB or Gizmo reads, by file name. */
export type FileFormat = 'csv' | 'parquet' | 'json' | 'arrow';

/** One file that becomes one table. */
export interface DataFile {
  readonly path: string;
  readonly format: FileFormat;
  readonly bytes: number;
  readonly table: string;
}

export interface FilePlan {
  /** The database file that is opened; undefined = a new database in memory. */
  readonly database: string | undefined;
  readonly tables: readonly DataFile[];
}

/**
 * Either one database file or any number of data files, in the order given.
 * @throws GizmoError USAGE naming the file that is missing, of no known kind, or does not go with the others
 */
export function planFiles(files: readonly string[]): FilePlan {
  const paths = files.map((file) => resolve(file));
  const sizes = paths.map(fileSize);
  const databases = paths.filter((path) => DATABASES.has(extname(path).toLowerCase()) || isDuckDb(path));
  const [database] = databases;
  if (database !== undefined && files.length > 1)
    throw new GizmoError(
      'USAGE',
      `${basename(database)} is a database. Give it alone, or only files of data (${KNOWN}).`,
    );
  if (database !== undefined) return { database, tables: [] };
  const names = uniqueNames(paths.map(tableName));
  const tables = paths.map((path, index) => ({
    path,
    format: formatOf(path),
    bytes: sizes[index] ?? 0,
    table: names[index] ?? '',
  }));
  return { database: undefined, tables };
}

/** A table name from a file name: `2024 Flights (3m).csv.gz` → `_2024_flights_3m`. */
export function tableName(path: string): string {
  const stem = basename(path)
    .replace(COMPRESSION, '')
    .replace(/(?!^)\.[^.]*$/, '');
  const words = stem
    .normalize('NFC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '_')
    .replace(/^_+|_+$/g, '');
  if (words === '') return 'data';
  return /^\p{N}/u.test(words) ? `_${words}` : words;
}

/** The same names, later ones that repeat an earlier one numbered: a, a → a, a_2. */
export function uniqueNames(names: readonly string[]): string[] {
  const taken = new Set<string>();
  return names.map((name) => {
    let unique = name;
    for (let copy = 2; taken.has(unique); copy++) unique = `${name}_${copy}`;
    taken.add(unique);
    return unique;
  });
}

const DATABASES: ReadonlySet<string> = new Set(['.duckdb', '.db', '.ddb']);
const COMPRESSION = /\.(gz|zst)$/i;
const FORMATS: Readonly<Record<string, FileFormat>> = {
  '.csv': 'csv',
  '.tsv': 'csv',
  '.parquet': 'parquet',
  '.json': 'json',
  '.jsonl': 'json',
  '.ndjson': 'json',
  '.arrow': 'arrow',
  '.arrows': 'arrow',
  '.feather': 'arrow',
  '.ipc': 'arrow',
};
const KNOWN = `${Object.keys(FORMATS).join(', ')}; CSV and JSON also as .gz and .zst`;

function formatOf(path: string): FileFormat {
  const plain = path.replace(COMPRESSION, '');
  const extension = extname(plain).toLowerCase();
  const format = Object.hasOwn(FORMATS, extension) ? FORMATS[extension] : undefined;
  if (format === undefined)
    throw new GizmoError(
      'USAGE',
      `${path}: not a kind of file that quickstart knows (${[...DATABASES].join(', ')}, ${KNOWN}).`,
    );
  if (plain !== path && (format === 'arrow' || format === 'parquet'))
    throw new GizmoError(
      'USAGE',
      `${path}: unpack it first; of compressed files only CSV and JSON are read.`,
    );
  return format;
}

function fileSize(path: string): number {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) throw new GizmoError('USAGE', `There is no file ${path}.`);
  if (!stats.isFile()) throw new GizmoError('USAGE', `${path} is not a file.`);
  return stats.size;
}

/** A DuckDB file says so at byte 8, whatever it is called. */
function isDuckDb(path: string): boolean {
  const head = Buffer.alloc(12);
  const file = openSync(path, 'r');
  try {
    return readSync(file, head, 0, 12, 0) === 12 && head.toString('latin1', 8) === 'DUCK';
  } finally {
    closeSync(file);
  }
}
