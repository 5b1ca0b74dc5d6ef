/** The SQL of a quickstart: how a file becomes a table, and what is shown when nobody types anything. */
import { quoteName, quoteText } from '../sql/quote.js';
import type { DataFile, FileFormat } from './plan-files.js';

/** `create table … as` for a file that DuckDB itself reads. */
export function createTableSql(file: {
  path: string;
  format: Exclude<FileFormat, 'arrow'>;
  table: string;
}): string {
  return `create table ${quoteName(file.table)} as from ${READERS[file.format]}(${quoteText(escapeGlob(file.path))})`;
}

/** A few statements that show what was loaded: the bundled sample has its own, other tables show their start. */
export function sampleQueries(tables: readonly Pick<DataFile, 'table'>[]): string[] {
  const names = tables.map(({ table }) => table);
  if (names.join() === 'penguins,seattle_weather') return SAMPLE_QUERIES;
  if (names.length === 0) return ['show all tables'];
  return names.flatMap((name) => [
    `select count(*) as ${quoteName(`rows of ${name}`)} from ${quoteName(name)}`,
    `from ${quoteName(name)} limit 5`,
  ]);
}

const READERS = { csv: 'read_csv', parquet: 'read_parquet', json: 'read_json' } as const;

const SAMPLE_QUERIES = [
  'from penguins limit 3',
  `select species, count(*) as penguins, round(avg(body_mass_g)) as grams,
  round(avg(flipper_length_mm), 1) as flipper_mm
from penguins
group by all
order by grams desc`,
  `select year(date) as year, round(sum(precipitation)) as rain_mm, max(temp_max) as hottest,
  count(*) filter (weather = 'sun') as sunny_days
from seattle_weather
group by all
order by year`,
];

/** DuckDB takes a path for a pattern; a class of one character means that character. */
function escapeGlob(path: string): string {
  return path.replace(/[*?[]/g, '[$&]');
}
