/** What the rules on whole catalogs leave of one: the claim `catalog_access` and the database grants. */
import type { CatalogAccess } from '../model/catalog-rule.js';
import type { Rights } from '../model/rights.js';
import { matchesName, sameName } from './name-pattern.js';

/** Which rule says so, and what it leaves. */
export interface CatalogLevel {
  readonly access: CatalogAccess;
  readonly by: 'catalog_access' | 'database-grant' | undefined;
}

const UNLIMITED: CatalogLevel = { access: 'write', by: undefined };

/** The least that the rules leave. The session's own catalog `temp` and DuckDB's `system` stand outside them. */
export function catalogLevel(rights: Rights, catalog: string): CatalogLevel {
  if (isOutside(catalog)) return UNLIMITED;
  const levels = [byClaim(rights, catalog), byDatabaseGrant(rights, catalog)];
  return levels.reduce((least, next) => (ORDER[next.access] < ORDER[least.access] ? next : least), UNLIMITED);
}

/** Whether no rule on catalogs or tables concerns it: what is in it is the session's own or DuckDB's. */
export function isOutside(catalog: string): boolean {
  return sameName(catalog, 'temp') || sameName(catalog, 'system');
}

const ORDER: Readonly<Record<CatalogAccess, number>> = { none: 0, read: 1, write: 2 };

function byClaim({ catalogRules }: Rights, catalog: string): CatalogLevel {
  if (catalogRules === undefined) return UNLIMITED;
  const rule = catalogRules.find((it) => matchesName(it.catalog, catalog));
  return { access: rule?.access ?? 'none', by: 'catalog_access' };
}

function byDatabaseGrant({ databaseLevels }: Rights, catalog: string): CatalogLevel {
  if (databaseLevels === undefined) return UNLIMITED;
  const accesses = databaseLevels
    .filter(({ database }) => database === '*' || sameName(database, catalog))
    .map(({ level }) => ACCESS_OF[level]);
  const access = accesses.reduce<CatalogAccess>(
    (most, next) => (ORDER[next] > ORDER[most] ? next : most),
    'none',
  );
  return { access, by: 'database-grant' };
}

const ACCESS_OF = { none: 'none', 'read-only': 'read', 'read-write': 'write', admin: 'write' } as const;
