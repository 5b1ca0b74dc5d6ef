/** Whose statements are tried, and what must not happen by them. */
import type { CatalogRule } from '../../../../src/server/model/catalog-rule.js';
import type { Role } from '../../../../src/server/model/principal.js';

export interface Who {
  readonly name: string;
  readonly role: Role;
  /** How often they come, beside others. */
  readonly weight: number;
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
/** Of which some columns may be read, and of one of them some rows. */
const IN_PART = [
  'part.people',
  'part.main.people',
  'part.both',
  'desk.filed',
  '(select a, b, 1 as c from part.people)',
  '(select people.a, people.b, people as c from part.people)',
  '(from part.both)',
];
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
    weight: 2,
    role: 'readonly',
    catalogAccess: READS,
    world: 'open',
    changes: [],
    reads: OPEN,
    writes: [],
  },
  {
    name: 'limited',
    weight: 2,
    role: 'user',
    catalogAccess: [...READS, { catalog: 'work', access: 'write' }],
    world: 'open',
    changes: ['work'],
    reads: [...OPEN, ...WORK, 'work.noted'],
    writes: WORK,
  },
  {
    name: 'gus',
    weight: 3,
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
  {
    name: 'cut',
    weight: 5,
    role: 'user',
    world: 'granted',
    changes: ['desk', 'work'],
    reads: [...IN_PART, ...IN_PART, ...ROWED, 'open.items', 'open.paid', 'open.kept', 'work.notes'],
    writes: ['desk.filed', ...WORK, 'part.box'],
  },
  { name: 'nobody', weight: 1, role: 'user', world: 'granted', changes: [], reads: [], writes: [] },
  {
    name: 'looker',
    weight: 1,
    role: 'readonly',
    catalogAccess: READS,
    world: 'granted',
    changes: [],
    reads: [],
    writes: [],
  },
];
