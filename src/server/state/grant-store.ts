/** SQL's grants: known in memory, and written before anything is known. */
import { foldName } from '../model/fold-name.js';
import type { Grant } from '../model/rights.js';
import type { Grantee, Grants, StoredGrant } from '../model/stored-grant.js';
import { createInTurn } from './in-turn.js';
import type { StateChange, StateDatabase } from './state-database.js';

/** Each change resolves when it is in force and outlives a crash. */
export interface GrantStore extends Grants {
  /** Those that are there already stay as they are. */
  grant(grants: readonly StoredGrant[]): Promise<void>;
  /** Takes away what `matches` says, and resolves with how many that were. */
  revoke(matches: (grant: StoredGrant) => boolean): Promise<number>;
}

/** Reads what is there. */
export async function openGrantStore(database: StateDatabase): Promise<GrantStore> {
  const known = new Map((await readGrants(database)).map((grant) => [keyOf(grant), grant]));
  const governed = new Set(
    (await database.read('select catalog from governed_catalogs')).map(([it]) => String(it)),
  );
  let version = 0;
  const change = createInTurn();

  return {
    get version() {
      return version;
    },
    get governed() {
      return [...governed];
    },
    list: () => [...known.values()],
    grant: (grants) =>
      change(async () => {
        const added = new Map(
          grants.map((grant) => [keyOf(grant), grant] as const).filter(([key]) => !known.has(key)),
        );
        const catalogs = new Set(
          grants.map(({ catalog }) => foldName(catalog)).filter((catalog) => !governed.has(catalog)),
        );
        await database.write(
          ...[...added].map(([key, grant]) => insertion(key, grant)),
          ...[...catalogs].map(
            (catalog): StateChange => ['insert into governed_catalogs values ($1)', catalog],
          ),
        );
        for (const [key, grant] of added) known.set(key, grant);
        for (const catalog of catalogs) governed.add(catalog);
        version++;
      }),
    revoke: (matches) =>
      change(async () => {
        const keys = [...known].filter(([, grant]) => matches(grant)).map(([key]) => key);
        if (keys.length === 0) return 0;
        await database.write(...keys.map((key): StateChange => ['delete from grants where key = $1', key]));
        for (const key of keys) known.delete(key);
        version++;
        return keys.length;
      }),
  };
}

/** The same for two grants that give the same person the same thing. */
function keyOf({
  grantee,
  privilege,
  catalog,
  schema,
  table,
  columns,
}: Grant & { grantee: Grantee }): string {
  const object = [catalog, schema, table].map((it) => (it === undefined ? null : foldName(it)));
  return JSON.stringify([
    grantee.kind,
    grantee.name,
    privilege,
    ...object,
    columns?.map(foldName).toSorted() ?? null,
  ]);
}

function insertion(key: string, grant: StoredGrant): StateChange {
  const { grantee, privilege, catalog, schema = '', table = '', columns, grantor, sinceMs } = grant;
  return [
    'insert into grants values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)',
    key,
    grantee.kind,
    grantee.name,
    privilege,
    catalog,
    schema,
    table,
    columns === undefined ? '' : JSON.stringify(columns),
    grantor,
    BigInt(Math.round(sinceMs)),
  ];
}

async function readGrants(database: StateDatabase): Promise<StoredGrant[]> {
  const rows = await database.read(
    `select grantee_kind, grantee, privilege, catalog, schema_name, table_name, column_names, grantor, since_ms
     from grants order by since_ms, key`,
  );
  return rows.map((row) => {
    const [kind, name, privilege, catalog, schema, table, columns, grantor, since] = row.map(String);
    return {
      grantee: { kind: kind as Grantee['kind'], name: name ?? '' },
      privilege: privilege as Grant['privilege'],
      catalog: catalog ?? '',
      ...(schema !== '' && { schema: schema ?? '' }),
      ...(table !== '' && { table: table ?? '' }),
      ...(columns !== '' && { columns: JSON.parse(columns ?? '[]') as string[] }),
      grantor: grantor ?? '',
      sinceMs: Number(since),
    };
  });
}
