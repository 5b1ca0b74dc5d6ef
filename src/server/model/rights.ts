/**
 * What one principal may do, as plain data that can be handed to a worker: every part narrows, none widens. A part
 * that is absent narrows nothing.
 */
import type { CatalogRule } from './catalog-rule.js';
import type { Role } from './principal.js';
import type { RowFilter } from './row-filter.js';

/** Made by access/access.ts only. Frozen; the same object as long as nothing has changed for its principal. */
export interface Rights {
  readonly role: Role;
  /** In order, the first that matches a catalog's name decides; a catalog that none matches is hidden. */
  readonly catalogRules?: readonly CatalogRule[];
  /** A database that none of them names is hidden. */
  readonly databaseLevels?: readonly DatabaseLevel[];
  readonly grants?: GrantedRights;
  /** One for each table under row policies, wherever it is; of administrators too, whom they do not filter. */
  readonly rowFilters?: readonly RowFilter[];
}

/** quicSQL's levels of a database. `admin` gives no more than `read-write` to whoever is no administrator. */
export type DatabaseGrantLevel = 'none' | 'read-only' | 'read-write' | 'admin';

/** What somebody has on a database; `*` stands for every database. The highest that applies counts. */
export interface DatabaseLevel {
  readonly database: string;
  readonly level: DatabaseGrantLevel;
}

/** What SQL's GRANT gave. */
export interface GrantedRights {
  /** The catalogs in which nothing is allowed without a grant. */
  readonly governs: 'all' | readonly string[];
  readonly granted: readonly Grant[];
}

export type Privilege = 'select' | 'insert' | 'update' | 'delete' | 'all';

/** One privilege on a catalog, a schema (`table` absent) or a table. */
export interface Grant {
  readonly privilege: Privilege;
  readonly catalog: string;
  readonly schema?: string;
  readonly table?: string;
  /** Of SELECT on a table: the only columns that may be read. */
  readonly columns?: readonly string[];
}
