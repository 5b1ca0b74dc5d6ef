/** What may stand beside a lent view beside what may stand beside a row policy: two lists that must not come to disagree. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { failsOnRows } from '../../../../../src/server/engine/duckdb/lent/fails-on-rows.js';
import { assess } from '../../../../../src/server/engine/duckdb/row-filters/assess.js';
import type { Engine, EngineSession } from '../../../../../src/server/engine/engine.js';
import { ENGINES, queryTexts } from '../../../../support/engines.js';
import { COLUMNS } from '../row-filters/columns.js';
import { EXPRESSIONS } from '../row-filters/expressions.js';

let engine: Engine;
let session: EngineSession;
beforeAll(async () => {
  const [, open] = ENGINES[0] ?? [];
  if (open === undefined) throw new Error('no engine');
  engine = await open({});
  session = await engine.openSession();
  const columns = Object.entries(COLUMNS).map(([name, [type]]) => `${name} ${type}`);
  await queryTexts(session, `create table t (k int, owner varchar, ${columns.join(', ')})`);
});
afterAll(async () => {
  await session.close();
  await engine.close();
});

/** Of a condition: what is computed last is computed of the answer's rows alone. */
async function planOf(expression: string): Promise<unknown> {
  const sql = `select 1 from t where (${expression}) is not null`;
  const [json = '{}'] = await queryTexts(
    session,
    `select system.main.json_serialize_plan('${sql.replaceAll("'", "''")}')`,
  );
  const answer: { readonly error: boolean; readonly plans?: unknown } = JSON.parse(json);
  return answer.error ? undefined : answer.plans;
}

/**
 * What fails for no value, and has a barrier beside a policy all the same. Arithmetic of DOUBLE fails where ieee_floating_point_ops
 * is off, and then nothing is lent; casts to VARCHAR were tried over the ends of each type, in several time zones and calendars.
 */
const FAIL_FOR_NO_VALUE: readonly string[] = [
  'd + d',
  'd * 10',
  'i / 2',
  'd / r',
  'tz::varchar',
  'bl::varchar',
  'l::varchar',
  'st::varchar',
  'm::varchar',
];

it('lets nothing stand beside a lent view without a barrier that needs one beside a policy', async () => {
  const laxer: string[] = [];
  let known = 0;
  let free = 0;
  for (const expression of EXPRESSIONS) {
    const plans = await planOf(expression);
    if (plans === undefined) continue;
    known += 1;
    if (failsOnRows(plans) !== undefined) continue;
    free += 1;
    if (assess(plans) !== 'safe') laxer.push(expression);
  }
  expect(known).toBeGreaterThan(EXPRESSIONS.length * 0.9);
  expect(free).toBeGreaterThan(10);
  expect(laxer).toEqual(FAIL_FOR_NO_VALUE);
});
