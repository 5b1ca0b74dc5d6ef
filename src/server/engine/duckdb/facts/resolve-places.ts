/** Which catalogs and schemas a statement means that the plan leaves to the search path, or gives as a setting's text. */
import { foldName } from '../../../model/fold-name.js';
import type { ObjectWrite, PlanFacts, SettingChange } from '../../../model/plan-facts.js';
import { toEngineError } from '../errors.js';
import type { SessionCore } from '../session-core.js';
import { isPlace } from './setting-classes.js';

/**
 * CREATE SCHEMA without a catalog makes it in the current one; DROP SCHEMA looks through the whole search path, and
 * stays without a catalog where that has several. The connection must be claimed.
 */
export async function resolvePlaces(core: SessionCore, facts: PlanFacts): Promise<PlanFacts> {
  const writes = facts.writes.some(isUnresolved) ? await resolveWrites(core, facts.writes) : facts.writes;
  const settings = facts.settings.some(isPlace)
    ? await resolveSettings(core, facts.settings)
    : facts.settings;
  return { ...facts, writes, settings };
}

function isUnresolved({ objectKind, catalog }: ObjectWrite): boolean {
  return objectKind === 'schema' && catalog === '';
}

async function resolveWrites(core: SessionCore, writes: readonly ObjectWrite[]): Promise<ObjectWrite[]> {
  const [current = '', searchPath = ''] = await core.readTexts(PLACE_SQL);
  const catalog = searchPath.includes(',') ? '' : current;
  return writes.map((it) =>
    isUnresolved(it) ? { ...it, catalog: it.action === 'create' ? current : catalog } : it,
  );
}

const PLACE_SQL =
  "select system.main.current_database(), system.main.current_setting('search_path')::varchar";

/**
 * Any name in the value may be a catalog's, or a schema's of those or of the current one: `a`, `a.b`, and lists of them.
 * Throws what DuckDB says where there is none: it would say so only when it runs, and fail the transaction by that.
 */
async function resolveSettings(
  core: SessionCore,
  settings: readonly SettingChange[],
): Promise<SettingChange[]> {
  const [current = '', searchPath = '', list = '[]'] = await core.readTexts(SCHEMAS_SQL);
  const schemas: readonly Schema[] = JSON.parse(list);
  const near = new Set([current, 'system', 'temp', ...namesIn(searchPath)].map(foldName));
  return settings.map((setting) => {
    const { name, value } = setting;
    if (!isPlace(setting) || value === undefined) return setting;
    const own = setting.scope === 'automatic' || setting.scope === 'session';
    const missing = own ? entriesIn(value).find((entry) => !isThere(entry, schemas, near)) : undefined;
    if (missing !== undefined) {
      const written = missing.join('.');
      throw toEngineError(
        new Error(`Catalog Error: SET ${name}: No catalog + schema named "${written}" found.`),
      );
    }
    const names = new Set(namesIn(value).map(foldName));
    const isNamed = ({ catalog }: Schema) => names.has(foldName(catalog));
    const catalogs = [...new Set(schemas.filter(isNamed).map(({ catalog }) => catalog))];
    const within = schemas.filter(
      (it) => names.has(foldName(it.schema)) && (near.has(foldName(it.catalog)) || isNamed(it)),
    );
    return { ...setting, places: [...catalogs.map((catalog) => ({ catalog })), ...within] };
  });
}

interface Schema {
  readonly catalog: string;
  readonly schema: string;
}

const SCHEMAS_SQL = `select system.main.current_database(), system.main.current_setting('search_path')::varchar,
  system.main.to_json(system.main.list(
    system.main.struct_pack(catalog := database_name, schema := schema_name)))::varchar
  from system.main.duckdb_schemas()`;

/** The entries of a search path, each as its names; spaces belong to them, as DuckDB reads it. */
export function entriesIn(value: string): string[][] {
  const entries: string[][] = [['']];
  for (const [piece] of value.matchAll(/"(?:[^"]|"")*"|[^",.]+|[,.]/g)) {
    const names = entries.at(-1) ?? [];
    if (piece === ',') entries.push(['']);
    else if (piece === '.') names.push('');
    else names.push(`${names.pop() ?? ''}${piece.startsWith('"') ? unquoted(piece) : piece}`);
  }
  return entries.filter((names) => names.length <= 2);
}

function unquoted(piece: string): string {
  return piece.slice(1, -1).replaceAll('""', '"');
}

/** One name is a schema's of a catalog that is near, or a catalog's. */
function isThere(
  [first = '', second]: readonly string[],
  schemas: readonly Schema[],
  near: ReadonlySet<string>,
): boolean {
  return schemas.some(({ catalog, schema }) =>
    second === undefined
      ? foldName(catalog) === foldName(first) ||
        (foldName(schema) === foldName(first) && near.has(foldName(catalog)))
      : foldName(catalog) === foldName(first) && foldName(schema) === foldName(second),
  );
}

/** More than the names rather than less: the whole, what stands between dots and commas, and what is quoted. */
function namesIn(value: string): string[] {
  const quoted = [...value.matchAll(/"((?:[^"]|"")*)"/g)].map(([, name = '']) => name.replaceAll('""', '"'));
  return [value, ...value.split(/[.,]/), ...quoted].map((name) => name.trim());
}
