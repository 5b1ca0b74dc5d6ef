/** Whose statements are tried, and what must not happen by them. */
import type { CatalogRule } from '../../../../src/server/model/catalog-rule.js';
import type { Role } from '../../../../src/server/model/principal.js';

export interface Who {
  readonly name: string;
  readonly role: Role;
  readonly catalogAccess?: readonly CatalogRule[];
  /** By which rules the server goes. */
  readonly world: 'open' | 'granted';
  /** The catalogs that they may change. */
  readonly changes: readonly string[];
  /** Tables that they may read, each with columns a, b and c or at least the first two. */
  readonly reads: readonly string[];
  readonly writes: readonly string[];
}

const READS: readonly CatalogRule[] = [{ catalog: 'open', access: 'read' }];

const OPEN = ['open.items', 'open.main.items', 'open.seen', 'open.more.parts', 'open.kept'];
const WORK = ['work.notes', 'work.main.keyed', 'work.notes'];

/** Under a row policy, by its name and by that of something hidden. */
const ROWED = [
  'part.rowed',
  'part.main.rowed',
  '(select zqvault.a, zqvault.b, zqvault.c from part.rowed as zqvault)',
  '(select zqhid.a, zqhid.b, zqhid.c from part.rowed zqhid)',
];

export const PRINCIPALS: readonly Who[] = [
  {
    name: 'reader',
    role: 'readonly',
    catalogAccess: READS,
    world: 'open',
    changes: [],
    reads: OPEN,
    writes: [],
  },
  {
    name: 'limited',
    role: 'user',
    catalogAccess: [...READS, { catalog: 'work', access: 'write' }],
    world: 'open',
    changes: ['work'],
    reads: [...OPEN, ...WORK, 'work.noted'],
    writes: WORK,
  },
  {
    name: 'gus',
    role: 'user',
    world: 'granted',
    changes: ['work'],
    reads: [
      ...OPEN,
      ...WORK,
      'work.noted',
      'part.people',
      '(select a, b, 1 as c from part.people)',
      ...ROWED,
    ],
    writes: [...WORK, 'part.box'],
  },
  { name: 'nobody', role: 'user', world: 'granted', changes: [], reads: [], writes: [] },
  {
    name: 'looker',
    role: 'readonly',
    catalogAccess: READS,
    world: 'granted',
    changes: [],
    reads: [],
    writes: [],
  },
];
