import { describe, expect, it } from 'vitest';
import { refusedByRole } from '../../../src/server/access/role-ceiling.js';
import type { ObjectWrite, PlanFacts } from '../../../src/server/model/plan-facts.js';

const NOTHING: PlanFacts = {
  opaque: undefined,
  reads: [],
  writes: [],
  functions: [],
  settings: [],
  effects: [],
};
const insert: ObjectWrite = {
  action: 'insert',
  objectKind: 'table',
  catalog: 'memory',
  schema: 'main',
  name: 't',
  shadowsBuiltIn: false,
};
const write = (change: Partial<ObjectWrite>): PlanFacts => ({
  ...NOTHING,
  writes: [{ ...insert, ...change }],
});
const use = (name: string, kind: PlanFacts['functions'][number]['class']): PlanFacts => ({
  ...NOTHING,
  functions: [{ name, class: kind }],
});
const set = (name: string, scope = 'automatic'): PlanFacts => ({ ...NOTHING, settings: [{ name, scope }] });

/** What is asked, then whether admin, user and readonly may. */
const TABLE: readonly (readonly [string, PlanFacts, string])[] = [
  ['read a table', { ...NOTHING, reads: [{ catalog: 'c', schema: 's', name: 't', columns: ['a'] }] }, 'aur'],
  ['read metadata', use('duckdb_tables', 'catalog'), 'aur'],
  ['write a table', write({}), 'au'],
  ['write a temporary table', write({ catalog: 'temp', action: 'create' }), 'au'],
  ['drop a table', write({ action: 'drop' }), 'au'],
  ['advance a sequence', use('nextval', 'sequence'), 'au'],
  ['write the system catalog', write({ catalog: 'system' }), 'a'],
  [
    'shadow a built-in function',
    write({ action: 'create', objectKind: 'macro', name: 'upper', shadowsBuiltIn: true }),
    'a',
  ],
  ['take a reserved name', write({ action: 'create', name: 'Gizmo_sessions' }), 'a'],
  ['read a file', use('read_csv', 'outside'), 'a'],
  ['run hidden SQL', use('query', 'runs-sql'), 'a'],
  ['change the instance', use('enable_logging', 'instance'), 'a'],
  ['use an internal function', use('arrow_scan', 'internal'), 'a'],
  ['use an unknown function', use('from_an_extension', 'unknown'), 'a'],
  ['set the time zone', set('timezone'), 'aur'],
  ['set the time zone for everybody', set('timezone', 'global'), 'a'],
  ['set a variable', set('anything', 'variable'), 'aur'],
  ['set what writes a file', set('log_query_path', 'session'), 'a'],
  ['copy', { ...NOTHING, effects: ['COPY'] }, 'a'],
  ['attach', { ...NOTHING, effects: ['ATTACH'] }, 'a'],
  ['run what cannot be checked', { ...NOTHING, opaque: 'its plan' }, 'a'],
];

describe('what a role may do at most', () => {
  it.each(TABLE)('%s', (_, facts, roles) => {
    const may = (['admin', 'user', 'readonly'] as const).filter(
      (role) => refusedByRole(role, facts) === undefined,
    );
    expect(may.map((role) => role[0]).join('')).toBe(roles);
  });
});
