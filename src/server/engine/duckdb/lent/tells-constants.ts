/**
 * A macro's body apart from the query that calls it: what it could tell of rows that it leaves out. What its owner has written may fail
 * for them, as in a view; what comes to fail by what it is given may not.
 */
import { quoteName } from '../../../../sql/quote.js';
import type { LentView } from '../../../model/lent-view.js';
import { PLAN_SQL, planOf } from '../facts/plan-text.js';
import { type Core, expand } from './expand.js';
import { castsOfBodies, failsOnRows } from './fails-on-rows.js';
import { callNames, parametersOf } from './place-call.js';
import { stubbed } from './stubbed.js';
import { type Node, queryOf, textOf } from './tree.js';

/** What it could tell by constants; undefined: nothing. The connection must be claimed. */
export async function tellsConstants(
  core: Core,
  view: LentView,
  values: readonly Node[],
  lent: readonly LentView[],
): Promise<string | undefined> {
  if (values.length === 0) return undefined;
  const plans = await plansApart(core, view, values, lent);
  if (plans !== undefined) return failsOnRows(plans, await ownersCasts(core, view, lent));
  // Not everything may be a column, such as the number of a LIMIT. Then nobody knows which of the constants are given.
  const { query } = await expand(core, view, { given: values, lent });
  const whole = await planOf(core, PLAN_SQL, [`from ${await stubbed(core, query)}`]);
  return whole.error ? 'what it is given' : failsOnRows(whole.plans, 'not known');
}

/** The casts that are in it whatever it is given. */
export async function ownersCasts(
  core: Core,
  view: LentView,
  lent: readonly LentView[],
): Promise<readonly string[]> {
  const row = await queryOf(core, 'select null');
  const [nothing] = Array.isArray(row?.select_list) ? (row.select_list as readonly Node[]) : [];
  const values = nothing === undefined ? [] : view.parameters.map(() => nothing);
  return castsOfBodies(await plansApart(core, view, values, lent));
}

/** Undefined where it cannot be planned so. */
async function plansApart(
  core: Core,
  view: LentView,
  values: readonly Node[],
  lent: readonly LentView[],
): Promise<unknown> {
  const { given, body } = callNames().of({});
  const { query } = await expand(core, view, { given: parametersOf(view, { given, body }), lent });
  const row = await queryOf(core, 'select 1');
  const list = values.map((it, at) => ({ ...it, alias: String(at + 1) }));
  const args = list.length === 0 ? 'select 1' : await textOf(core, { ...row, select_list: list });
  const apart = `select ${body}.* from (${args}) as ${quoteName(given)}, ${await stubbed(core, query)} as ${body}`;
  const answer = await planOf(core, PLAN_SQL, [apart]);
  return answer.error ? undefined : answer.plans;
}
