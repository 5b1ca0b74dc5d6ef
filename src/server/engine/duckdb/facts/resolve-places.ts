/** Which catalogs and schemas a statement means that the plan leaves to the search path, or gives as a setting's text. */
import { foldName } from '../../../model/fold-name.js';
import type { ObjectWrite, PlanFacts, SettingChange } from '../../../model/plan-facts.js';
import type { SessionCore } from '../session-core.js';

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

function isPlace({ name }: SettingChange): boolean {
  return name === 'schema' || name === 'search_path';
}

/** Any name in the value may be a catalog's, or a schema's of those or of the current one: `a`, `a.b`, and lists of them. */
async function resolveSettings(
  core: SessionCore,
  settings: readonly SettingChange[],
): Promise<SettingChange[]> {
  const [current = '', list = '[]'] = await core.readTexts(SCHEMAS_SQL);
  const schemas: readonly { readonly catalog: string; readonly schema: string }[] = JSON.parse(list);
  return settings.map((setting) => {
    if (!isPlace(setting) || setting.value === undefined) return setting;
    const names = new Set(namesIn(setting.value).map(foldName));
    const isNamed = ({ catalog }: { readonly catalog: string }) => names.has(foldName(catalog));
    const catalogs = [...new Set(schemas.filter(isNamed).map(({ catalog }) => catalog))];
    const within = schemas.filter(
      (it) => names.has(foldName(it.schema)) && (it.catalog === current || isNamed(it)),
    );
    return { ...setting, places: [...catalogs.map((catalog) => ({ catalog })), ...within] };
  });
}

const SCHEMAS_SQL = `select system.main.current_database(), system.main.to_json(system.main.list(
  system.main.struct_pack(catalog := database_name, schema := schema_name)))::varchar from system.main.duckdb_schemas()`;

/** More than the names rather than less: the whole, what stands between dots and commas, and what is quoted. */
function namesIn(value: string): string[] {
  const quoted = [...value.matchAll(/"((?:[^"]|"")*)"/g)].map(([, name = '']) => name.replaceAll('""', '"'));
  return [value, ...value.split(/[.,]/), ...quoted].map((name) => name.trim());
}
