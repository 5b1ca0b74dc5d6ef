/** What a credential's claim `catalog_access` says of catalogs. */

/** One rule of the claim `catalog_access` (GizmoSQL security guide, Layer 4). */
export interface CatalogRule {
  /** A name, in which `*` stands for any text and `?` for one character. */
  readonly catalog: string;
  readonly access: CatalogAccess;
}

/** `write` includes `read`. */
export type CatalogAccess = 'none' | 'read' | 'write';

/** Whether a word of a claim is an access to a catalog. */
export function isCatalogAccess(value: unknown): value is CatalogAccess {
  return value === 'none' || value === 'read' || value === 'write';
}
