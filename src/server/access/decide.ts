/**
 * May this be done? The intersection of everything that limits a principal: what is hidden, the role's ceiling, the
 * rules on catalogs, SQL's grants. A pure function of rights and facts; each part can only refuse.
 */
import { foldName } from '../model/fold-name.js';
import type { LentRead, ObjectRead, ObjectWrite, PlanFacts, SettingChange } from '../model/plan-facts.js';
import type { Privilege, Rights } from '../model/rights.js';
import { BESIDE_FILES, BESIDE_LENT, BROKEN, EXPLAINED, SHOWN } from '../model/row-filter.js';
import { catalogLevel } from './catalog-level.js';
import { governing, holds, type Place, readableColumns, unreadable } from './grants.js';
import { mayKnow, mayKnowAllOf } from './may-know.js';
import { sameName } from './name-pattern.js';
import { isForSession, refusedByRole } from './role-ceiling.js';
import { rowFilterOn } from './row-filters.js';
import { writing } from './writing.js';

/** Why not. */
export type Denial =
  /** It must look as if this were not there. */
  | {
      readonly by: 'hidden';
      /** The widest part that is hidden. */
      readonly place: Place;
      /** What was asked about, within it. */
      readonly asked?: Place;
      readonly setting?: SettingChange;
    }
  | {
      readonly by: 'role' | 'catalog_access' | 'database-grant' | 'grant' | 'policy' | 'unresolved';
      /** What may not be done, as the end of a sentence that begins with who. */
      readonly what: string;
      /** A whole sentence: what would allow it. */
      readonly remedy: string;
      /** The columns that both name, and the table they are of. */
      readonly columns?: UnreadableColumns;
    };

export interface UnreadableColumns {
  readonly names: readonly string[];
  readonly table: string;
  /** The only ones of it that may be read. */
  readonly readable: readonly string[];
}

/** The first reason to refuse; undefined where all of it may be done. */
export function decide(rights: Rights, facts: PlanFacts): Denial | undefined {
  if (rights.role === 'admin') return byRename(rights, facts);
  return (
    first(placesOf(facts), (place) => hidden(rights, place)) ??
    first(facts.settings, (setting) => hiddenBySetting(rights, setting)) ??
    first(facts.settings, (setting) => byPath(rights, setting)) ??
    byRole(rights, facts) ??
    byMetadata(rights, facts) ??
    first(facts.writes, (write) => byCatalog(rights, write)) ??
    first(facts.reads, (read) => byReadGrant(rights, read)) ??
    first(facts.used ?? [], (definition) => byReadGrant(rights, { ...definition, columns: undefined })) ??
    first(facts.writes, (write) => byWriteGrant(rights, write)) ??
    first(facts.writes, (write) => byDroppedAlong(rights, write)) ??
    first(facts.writes, byDatabaseName) ??
    first(facts.writes, (write) => byWritePolicy(rights, write)) ??
    first(facts.reads, (read) => byReadPolicy(rights, read, facts)) ??
    first(facts.lent ?? [], (view) => byLentPolicy(rights, view))
  );
}

/** The widest part of it that is hidden: somebody who may not know a catalog hears of no table of it. */
function hidden(rights: Rights, place: Place): Denial | undefined {
  if (mayKnow(rights, place)) return undefined;
  const { catalog, schema, name } = place;
  // DuckDB leaves the schema of what is not there empty.
  const around = schema === '' ? [{ catalog }] : [{ catalog }, { catalog, schema }];
  const wider = around.find((it) => !mayKnow(rights, it));
  const asked = { catalog, schema, name };
  return { by: 'hidden', place: wider ?? asked, asked };
}

function hiddenBySetting(rights: Rights, setting: SettingChange): Denial | undefined {
  const place = setting.places?.find((it) => !mayKnow(rights, it));
  return place === undefined ? undefined : { by: 'hidden', place, setting };
}

/**
 * Something hidden in a place that comes first would stand before what bears its name in the next, and answer in its stead that it
 * is not there: whoever can make names would learn which ones are taken.
 */
function byPath(rights: Rights, { name, value = '', places = [] }: SettingChange): Denial | undefined {
  const entries = value.split(',');
  const before = entries.slice(0, -1);
  // Behind the last one DuckDB looks into `main` of the first one's catalog.
  const [first] = before.flatMap((entry) => meant(entry, places));
  const isMain = ({ catalog, schema = MAIN }: Place) =>
    sameName(catalog, first?.catalog ?? '') && sameName(schema, MAIN);
  const isNamed = entries.some((entry) => meant(entry, places).some(isMain));
  const inPart = (isNamed || before.length === 0 ? before : entries)
    .flatMap((entry) => meant(entry, places))
    .find(({ catalog, schema = MAIN }) => !mayKnowAllOf(rights, { catalog, schema }));
  if (inPart === undefined) return undefined;
  return {
    by: 'grant',
    what: `put ${inPart.catalog} before others in ${name}, because they may know a part of it only`,
    remedy: `Name it last, behind ${first?.catalog}.${MAIN}, or tables with what they are in.`,
  };
}

/** A catalog in a path is this schema of it. */
const MAIN = 'main';

/** Those of the places that an entry of a path may mean; all of them where that cannot be told. */
function meant(entry: string, places: NonNullable<SettingChange['places']>): typeof places {
  const names = entry.split('.').map((it) => foldName(it.trim().replaceAll('"', '')));
  const found = places.filter(({ catalog, schema }) => {
    const chain = (schema === undefined ? [catalog] : [catalog, schema]).map(foldName);
    return names.length === 1 ? names[0] === chain.at(-1) : names.join('.') === chain.join('.');
  });
  return found.length > 0 ? found : places;
}

function placesOf({ reads, writes, used = [] }: PlanFacts): Place[] {
  return [...reads, ...used, ...writes.map(placeOf)].filter(({ catalog }) => catalog !== '');
}

/** What is to be created need not be known, but what it is created in; a schema is a place of its own. */
function placeOf({ action, objectKind, catalog, schema, name }: ObjectWrite): Place {
  if (objectKind === 'schema') return action === 'create' ? { catalog } : { catalog, schema: name };
  return action === 'create' ? { catalog, schema } : { catalog, schema, name };
}

function byRole({ role }: Rights, facts: PlanFacts): Denial | undefined {
  const what = refusedByRole(role, facts);
  if (what === undefined) return undefined;
  const userMay = role === 'readonly' && refusedByRole('user', facts) === undefined;
  return {
    by: 'role',
    what,
    remedy: userMay ? 'The roles user and admin may.' : mayInstead(role, facts),
  };
}

/** Who may, or how: files are for others too where the operator opens them. */
function mayInstead(role: Rights['role'], { effects, functions, opaque, settings }: PlanFacts): string {
  const meant = settings.find(isForSession);
  if (meant !== undefined)
    return `With SESSION (SET SESSION ${meant.name} = …) it changes for this session alone.`;
  const isFile =
    opaque === undefined &&
    (effects[0] === 'COPY' ||
      (effects.length === 0 && functions.some((it) => it.class === 'outside' && it.path === undefined)));
  if (!isFile) return 'An administrator may.';
  const flags = role === 'user' ? '--allow-path or, to write, --allow-write-path' : '--allow-path';
  return `An administrator may, and others what ${flags} opens: with the path written out, and plain options.`;
}

/** Metadata that is not filtered shows what is hidden. */
function byMetadata(rights: Rights, { functions }: PlanFacts): Denial | undefined {
  const found = isLimited(rights) ? functions.find((it) => it.class === 'catalog') : undefined;
  if (found === undefined) return undefined;
  return {
    by: 'unresolved',
    what: `read the metadata of every catalog (${found.name})`,
    remedy: 'An administrator may.',
  };
}

function byCatalog(rights: Rights, write: ObjectWrite): Denial | undefined {
  const { catalog } = write;
  if (catalog === '') return isLimited(rights) ? unresolved(write) : undefined;
  const { access, by } = catalogLevel(rights, catalog);
  if (access === 'write' || by === undefined) return undefined;
  const what = `write to the catalog ${catalog} (${describe(write)})`;
  return by === 'catalog_access'
    ? {
        by,
        what,
        remedy: `A token whose claim "catalog_access" says "write" for it would allow it.`,
      }
    : {
        by,
        what,
        remedy: `The server's operator can allow it with --database-grant ${catalog}:…=read-write.`,
      };
}

/** Whether anything but the role limits them. */
export function isLimited({ role, catalogRules, databaseLevels, grants, rowFilters }: Rights): boolean {
  if (role === 'admin') return false;
  return [catalogRules, databaseLevels, grants, rowFilters].some((it) => it !== undefined);
}

function unresolved(write: ObjectWrite): Denial {
  return {
    by: 'unresolved',
    what: `do this, because it is not known in which catalog it happens (${describe(write)})`,
    remedy: 'Name the catalog.',
  };
}

function byReadGrant(rights: Rights, read: ObjectRead): Denial | undefined {
  const grants = governing(rights, read.catalog);
  if (grants === undefined) return undefined;
  const refused = unreadable(grants, read, read.columns);
  if (refused.length === 0) return undefined;
  const table = `${read.catalog}.${read.schema}.${read.name}`;
  if (refused === 'all') return notGranted(`read ${table}`, `SELECT ON ${table}`);
  return columnsNotGranted({ names: refused, table, readable: readableColumns(grants, read) ?? [] });
}

/** That these columns may not be read; with no names, that not all of the table's may. */
export function columnsNotGranted(columns: UnreadableColumns): Exclude<Denial, { readonly by: 'hidden' }> {
  const { names, table, readable } = columns;
  if (names.length === 0)
    return notGranted(`read all columns of ${table}, only ${readable.join(', ')}`, `SELECT ON ${table}`);
  const list = names.join(', ');
  return { ...notGranted(`read ${list} of ${table}`, `SELECT (${list}) ON ${table}`), columns };
}

function byWriteGrant(rights: Rights, write: ObjectWrite): Denial | undefined {
  const { catalog, schema, name, objectKind, action } = write;
  const grants = governing(rights, catalog);
  if (grants === undefined) return undefined;
  const place = whereGranted(write);
  const missing = (PRIVILEGES[action] ?? ['all']).find((it) => !holds(grants, it, place));
  if (missing === undefined) return undefined;
  const target = [place.catalog, place.schema, place.name].filter((it) => it !== undefined).join('.');
  const object = objectKind === 'schema' ? `${catalog}.${name}` : `${catalog}.${schema}.${name}`;
  return notGranted(writing(action, objectKind, object), `${missing.toUpperCase()} ON ${target}`);
}

/** CASCADE drops others along, which it does not name to whoever may not know them. */
function byDroppedAlong(rights: Rights, write: ObjectWrite): Denial | undefined {
  const { catalog, along = [] } = write;
  const grants = governing(rights, catalog);
  const kept = along.find(
    (it) => rowFilterOn(rights, it) !== undefined || (grants !== undefined && !holds(grants, 'all', it)),
  );
  if (kept === undefined) return undefined;
  return {
    by: rowFilterOn(rights, kept) === undefined ? 'grant' : 'policy',
    what: `${describe(write)} with CASCADE: what they may not drop could depend on it, and go with it`,
    remedy: 'Without CASCADE it is dropped if nothing does. An administrator may.',
  };
}

/** The database may be hidden, so only whoever could else create the schema hears of it, as of any name that is taken. */
function byDatabaseName({ objectKind, shadowsBuiltIn, name }: ObjectWrite): Denial | undefined {
  if (objectKind !== 'schema' || !shadowsBuiltIn) return undefined;
  return {
    by: 'role',
    what: `create a schema with the name of the database ${name}`,
    remedy: 'An administrator may.',
  };
}

/** Rows are written by the privilege on their table; what defines objects needs ALL on them or where they are to be. */
function whereGranted({ action, objectKind, catalog, schema, name }: ObjectWrite): Place {
  if (objectKind === 'schema') return action === 'create' ? { catalog } : { catalog, schema: name };
  return action === 'create' ? { catalog, schema } : { catalog, schema, name };
}

const PRIVILEGES: Readonly<Partial<Record<ObjectWrite['action'], readonly Privilege[]>>> = {
  insert: ['insert'],
  update: ['update'],
  delete: ['delete'],
  merge: ['insert', 'update', 'delete'],
};

/** Policies go by the name of their table: by another one everybody would read all of it. */
function byRename(rights: Rights, { writes }: PlanFacts): Denial | undefined {
  const isRename =
    writes.some(({ action }) => action === 'alter') && writes.some(({ action }) => action === 'create');
  const renamed = isRename
    ? writes.find((it) => it.action === 'alter' && rowFilterOn(rights, it))
    : undefined;
  if (renamed === undefined) return undefined;
  const table = `${renamed.catalog}.${renamed.schema}.${renamed.name}`;
  return {
    by: 'policy',
    what: `rename ${table}: its row policies go by its name`,
    remedy: `DROP POLICY … ON ${table} comes first.`,
  };
}

/** Whatever changes a table could get round its filter: by another name, a cast or an index over all rows. */
function byWritePolicy(rights: Rights, write: ObjectWrite): Denial | undefined {
  const { action, objectKind, catalog, schema, name } = write;
  const isSchema = objectKind === 'schema' && action !== 'create';
  const under = isSchema
    ? rights.rowFilters?.find((it) => sameName(it.catalog, catalog) && sameName(it.schema, name))
    : rowFilterOn(rights, { catalog, schema, name });
  if (under === undefined) return undefined;
  return {
    by: 'policy',
    what: `${writing(action, '', `${under.catalog}.${under.schema}.${under.name}`)}, which is under row policies`,
    remedy: 'An administrator may.',
  };
}

function byReadPolicy(rights: Rights, read: ObjectRead, { unfiltered }: PlanFacts): Denial | undefined {
  if (read.rows !== undefined || rowFilterOn(rights, read) === undefined) return undefined;
  const table = `${read.catalog}.${read.schema}.${read.name}`;
  if (unfiltered === undefined)
    return {
      by: 'policy',
      what: `read all of ${table}, which has come under row policies since this was prepared`,
      remedy: 'Prepare it again.',
    };
  return {
    by: 'policy',
    what: `read ${table} in this way. It is under row policies, and cannot be filtered here: ${unfiltered}`,
    remedy: remedyOf(unfiltered, table),
  };
}

function remedyOf(unfiltered: string, table: string): string {
  if (unfiltered === EXPLAINED) return 'Run the query itself, or let an administrator explain it.';
  if (unfiltered === BROKEN) return `An administrator can mend it: CREATE OR REPLACE POLICY … ON ${table}.`;
  if (unfiltered.endsWith(SHOWN)) return 'Leave it out.';
  if (unfiltered === BESIDE_FILES || unfiltered === BESIDE_LENT)
    return 'Make a temporary table of the one first, CREATE TEMP TABLE … AS SELECT …, and read the other with that.';
  return `Name the table in the FROM of a query, SELECT … FROM ${table}, which can stand in parentheses in another statement; PIVOT needs its values, in IN (…).`;
}

/** What is behind a view is read as it is, so that no policy may be on it. */
function byLentPolicy(rights: Rights, { catalog, schema, name, behind }: LentRead): Denial | undefined {
  const found = behind.find((it) => rowFilterOn(rights, it) !== undefined);
  if (found === undefined) return undefined;
  return {
    by: 'policy',
    what: `read ${catalog}.${schema}.${name} with its owner's rights, because a table behind it is under row policies`,
    remedy: 'An administrator may.',
  };
}

function notGranted(what: string, grant: string): Exclude<Denial, { readonly by: 'hidden' }> {
  return { by: 'grant', what, remedy: `An administrator can allow it: GRANT ${grant} TO … .` };
}

function describe({ action, objectKind, name }: ObjectWrite): string {
  return writing(action, objectKind, name);
}

function first<T>(items: readonly T[], refuse: (item: T) => Denial | undefined): Denial | undefined {
  for (const item of items) {
    const denial = refuse(item);
    if (denial !== undefined) return denial;
  }
  return undefined;
}
