/**
 * The claim `catalog_access` (GizmoSQL security guide, Layer 4): a list of rules `{"catalog": …, "access": …}`.
 * Whatever is not exactly that is refused: a rule that is not understood may be the one that limits.
 */
import { type CatalogRule, isCatalogAccess } from '../model/catalog-rule.js';
import type { Person, Role } from '../model/principal.js';

const RULES_MAX = 1000;
const CATALOG_CHARS_MAX = 256;

/** The rules in order; undefined where the claim is not there; `malformed` where it is something else. */
export function readCatalogAccess(claim: unknown): readonly CatalogRule[] | undefined | 'malformed' {
  if (claim === undefined) return undefined;
  if (!Array.isArray(claim) || claim.length > RULES_MAX) return 'malformed';
  const rules: CatalogRule[] = [];
  for (const item of claim as unknown[]) {
    const rule = readRule(item);
    if (rule === undefined) return 'malformed';
    rules.push(rule);
  }
  return rules;
}

function readRule(item: unknown): CatalogRule | undefined {
  if (typeof item !== 'object' || item === null || Array.isArray(item)) return undefined;
  const { catalog, access, ...more } = item as Record<string, unknown>;
  if (typeof catalog !== 'string' || catalog === '' || catalog.length > CATALOG_CHARS_MAX) return undefined;
  return isCatalogAccess(access) && Object.keys(more).length === 0 ? { catalog, access } : undefined;
}

/**
 * What is left of a role with the claim. An administrator who is limited to catalogs is none: whoever reaches files,
 * other databases and the whole instance cannot be held to a catalog. They are a `user` of those catalogs.
 */
export function heldWith(
  role: Role,
  catalogAccess: readonly CatalogRule[] | undefined,
): Pick<Person, 'role' | 'catalogAccess'> {
  if (catalogAccess === undefined || isNoLimit(catalogAccess)) return { role };
  return { role: role === 'admin' ? 'user' : role, catalogAccess };
}

function isNoLimit([first]: readonly CatalogRule[]): boolean {
  return first?.catalog === '*' && first.access === 'write';
}
