/**
 * The access table: every kind of statement × role × rules, each with one expected decision. What a statement needs is
 * written beside it by hand; what DuckDB's bound plan and the rules make of it has to agree, cell by cell.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decide } from '../../../src/server/access/decide.js';
import { openDuckDb } from '../../../src/server/engine/duckdb/open-duckdb.js';
import type { Engine, EngineSession } from '../../../src/server/engine/engine.js';
import type { CatalogAccess } from '../../../src/server/model/catalog-rule.js';
import type { DatabaseGrantLevel, Grant, Privilege, Rights } from '../../../src/server/model/rights.js';
import { runSql } from '../../support/engines.js';
import { type Case, expected, FIXTURE, STATEMENTS } from './statement-kinds.js';

type Limits = Omit<Rights, 'role'>;
const CLAIMS: readonly (CatalogAccess | undefined)[] = [undefined, 'none', 'read', 'write'];
const LEVELS: readonly (DatabaseGrantLevel | undefined)[] = [undefined, 'none', 'read-only', 'read-write'];
const GRANTS: readonly (readonly Privilege[] | undefined)[] = [
  undefined,
  [],
  ['select'],
  ['insert'],
  ['update'],
  ['select', 'insert'],
  ['select', 'update', 'delete'],
  ['all'],
];

/** The rules of catalog a; b is open to reading wherever a is limited, but for the cases in which it is hidden. */
function limitsOf({ claim, level, granted }: Case, hidesB: boolean): Limits {
  const b = hidesB ? [] : [{ privilege: 'select', catalog: 'b' } satisfies Grant];
  return {
    ...(claim && {
      catalogRules: [
        { catalog: 'A', access: claim },
        { catalog: 'b', access: hidesB ? 'none' : 'read' },
      ],
    }),
    ...(level && {
      databaseLevels: [
        { database: 'a', level },
        { database: 'b', level: hidesB ? 'none' : 'read-only' },
      ],
    }),
    ...(granted && {
      grants: {
        governs: 'all',
        granted: [...granted.map((privilege) => ({ privilege, catalog: 'a' }) satisfies Grant), ...b],
      },
    }),
  };
}

let engine: Engine;
let session: EngineSession;
beforeAll(async () => {
  engine = await openDuckDb({ readOnly: false, allowExtensions: false });
  session = await engine.openSession();
  for (const sql of FIXTURE) await runSql(session, sql);
});
afterAll(() => engine.close());

describe('the access table', () => {
  it.each(STATEMENTS)('%s', async (sql, needs, roles) => {
    const visible = { catalogs: await session.catalogNames(), parts: [] };
    const facts = await session
      .inspect(sql, { readOnly: false, visible })
      .finally(() => session.endScope('rollback'));
    const wrong: unknown[] = [];
    expect(decide({ role: 'admin' }, facts)).toBeUndefined();
    for (const role of ['user', 'readonly'] as const)
      for (const claim of CLAIMS)
        for (const level of LEVELS)
          for (const granted of GRANTS)
            for (const hidesB of [false, true]) {
              const rules = { claim, level, granted };
              const found = decide({ role, ...limitsOf(rules, hidesB) }, facts);
              const wanted = expected(needs, roles, role, rules, hidesB);
              if ((found === undefined) !== wanted) wrong.push({ role, ...rules, hidesB, wanted, found });
            }
    expect(wrong).toEqual([]);
  });
});
