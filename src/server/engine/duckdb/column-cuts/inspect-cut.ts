/** Inspects what is to run in the place of a text: the same over tables that have the columns only that may be read. */
import type { PlanFacts } from '../../../model/plan-facts.js';
import type { InspectOptions } from '../../engine.js';
import { inspect, TEXT_CHARS_MAX } from '../facts/inspect.js';
import { changesTransaction, NO_FACTS } from '../facts/read-text.js';
import type { SessionCore } from '../session-core.js';
import { toldOf } from './untold.js';
import { failsWithoutNamed } from './without-named.js';

/** The connection must be claimed, and inside the transaction in which the statement is to run. */
export async function inspectCut(
  core: SessionCore,
  sql: string,
  options: InspectOptions,
): Promise<PlanFacts> {
  const { cuts } = options;
  // What ran in its place before all columns could be read.
  if (cuts === undefined) core.columnCuts.forget(core.kept.expand(sql));
  const isPlain = cuts === undefined || changesTransaction(sql) || core.isAborted;
  if (isPlain || sql.length > TEXT_CHARS_MAX) return await inspect(core, sql, options);
  const words = core.kept.expand(sql);
  core.columnCuts.forget(words);
  const cut = await core.columnCuts.cut(words, cuts);
  if ('unreadable' in cut) return { ...NO_FACTS, reads: [{ ...cut.unreadable, columns: undefined }] };
  try {
    const facts = await inspect(core, cut.text, options);
    const failure = await failsWithoutNamed(core, cut.text, { facts, cuts }, (it) =>
      inspect(core, it, options),
    );
    if (failure !== undefined) throw failure;
    return cut.text === words ? facts : { ...facts, cut: true };
  } catch (error) {
    throw await toldOf(core, words, cut, cuts, error);
  }
}
