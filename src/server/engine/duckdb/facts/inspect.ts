/** Asks DuckDB what a statement would do: its tokens first, then its bound plan. Runs nothing. */
import { GizmoError } from '../../../../errors.js';
import type { LentView } from '../../../model/lent-view.js';
import type { PlanFacts } from '../../../model/plan-facts.js';
import type { InspectOptions } from '../../engine.js';
import { aroundCopied } from '../files/copy-statement.js';
import { failsOnRows } from '../lent/fails-on-rows.js';
import { lend } from '../lent/lend.js';
import { notHere, notLent, withoutBody } from '../lent/not-lent.js';
import type { SessionCore } from '../session-core.js';
import { takenTexts } from './bound-texts.js';
import { withDroppedAlong } from './dropped-along.js';
import { withExplained } from './explained-columns.js';
import { runsGivenText } from './given-texts.js';
import { inspectPlan, withoutRows, withUsed } from './inspect-plan.js';
import { PLAN_SQL, planOf } from './plan-text.js';
import { pragmaQuery } from './pragmas.js';
import { changesTransaction, NO_FACTS, readText, type TextFacts } from './read-text.js';
import { resolvePlaces } from './resolve-places.js';
import { takesNumbers } from './taken-numbers.js';
import { viewBody } from './view-body.js';
import { significant, type Word } from './words.js';
import { readPrepare, skipExplain } from './wrappers.js';

/** Binding time grows faster than the text, and cannot be interrupted. */
export const TEXT_CHARS_MAX = 256 * 1024;

/** The connection must be claimed, and inside the transaction in which the statement is to run. */
export async function inspect(core: SessionCore, sql: string, options: InspectOptions): Promise<PlanFacts> {
  // A failed transaction can be ended, by those as well who are inspected.
  if (!changesTransaction(sql)) core.refuseIfAborted();
  if (sql.length > TEXT_CHARS_MAX) {
    throw new GizmoError(
      'INVALID_ARGUMENT',
      `A statement of more than ${TEXT_CHARS_MAX / 1024} Ki characters cannot be checked; only an administrator may run it. Load data by bulk ingest instead.`,
    );
  }
  core.metadata.forgetUse();
  const words = core.kept.expand(sql);
  core.rowFilters.forget();
  core.lent.forget(words);
  if (options.lent !== undefined) return await inspectLent(core, words, options, options.lent);
  const opened = await core.files.open(words);
  if (opened !== undefined && 'class' in opened) return { ...NO_FACTS, functions: [opened] };
  const expanded = opened?.plan ?? words;
  // To whoever may not see all metadata a PRAGMA shows what its query would.
  const query = options.visible === undefined ? undefined : pragmaQuery(expanded);
  const reading = readText(query ?? expanded, options);
  if (reading.prepares !== undefined) core.kept.assertRoom(reading.prepares);
  const read = await inspectRead(core, reading, options);
  const facts = opened === undefined ? read : { ...read, files: opened.files };
  return options.rowFilters === undefined
    ? facts
    : await core.rowFilters.apply(words, facts, options.rowFilters, opened);
}

/** Throws FAILED_PRECONDITION where the text cannot run with what is lent. */
async function inspectLent(
  core: SessionCore,
  sql: string,
  options: InspectOptions,
  lent: readonly LentView[],
): Promise<PlanFacts> {
  const tokens = significant(sql);
  const explained = skipExplain(tokens);
  if (explained > 0) {
    const facts = await inspectLent(core, sql.slice(tokens[explained]?.start), options, lent);
    core.lent.forget(sql.slice(tokens[explained]?.start));
    return { ...facts, explains: true };
  }
  const prepared = readPrepare(tokens);
  if (prepared !== undefined) return await inspectKept(core, sql, prepared, { options, lent, tokens });
  const opened = await core.files.open(sql);
  const copied = opened !== undefined && 'run' in opened ? opened : undefined;
  const around = copied && aroundCopied(copied);
  if (copied !== undefined && around === undefined)
    throw notHere(
      'no files can be read beside them. Make a temporary table of the file first: CREATE TEMP TABLE … AS FROM ….',
    );
  const asked = around === undefined || copied === undefined ? sql : copied.plan;
  const lending = await lend(core, asked, lent).catch((reason) => {
    throw withoutBody(reason);
  });
  const text =
    around === undefined ? lending : { ...lending, run: around.before + lending.run + around.after };
  if (text.run.length > TEXT_CHARS_MAX) throw notLent('the query is too long with its bodies');
  const facts = await inspectRead(core, readText(text.plan, options), options);
  const shows = facts.functions.find((it) => it.class === 'text');
  if (shows !== undefined) throw notHere(`${shows.name} would show what is behind it. Leave it out.`);
  core.lent.keep(sql, text);
  const views = text.reads.map(({ behind: _, ...view }) => ({ ...view, columns: undefined }));
  const tells = text.tells ?? (text.hidesRows ? await tellsOfRows(core, text.plan, text.casts) : undefined);
  return {
    ...facts,
    reads: [...facts.reads, ...views],
    lent: text.reads,
    ...(around !== undefined && copied !== undefined && { files: copied.files }),
    ...(tells !== undefined && { tells }),
  };
}

/**
 * Of PREPARE, which is decided on as what it keeps, and again at each EXECUTE, which runs the words themselves (see kept-statements.ts).
 * DuckDB, which would bind what is behind, and shows what it keeps, is given nothing of it but the name.
 */
async function inspectKept(
  core: SessionCore,
  sql: string,
  { name, start }: NonNullable<ReturnType<typeof readPrepare>>,
  { options, lent, tokens }: Kept,
): Promise<PlanFacts> {
  core.kept.assertRoom(name);
  const from = tokens[start]?.start ?? sql.length;
  const text = sql.slice(from);
  if (readPrepare(tokens.slice(start)) !== undefined) throw notLent('it prepares what prepares another');
  // What values can tell is known when there are some.
  const { tells: _, ...facts } = await inspectLent(core, text, options, lent);
  const lending = core.lent.of(text);
  if (lending === undefined) throw notLent('what it prepares is not');
  core.lent.forget(text);
  core.lent.keep(sql, { ...lending, run: `${sql.slice(0, from)}SELECT 1` });
  return facts;
}

interface Kept {
  readonly options: InspectOptions;
  readonly lent: readonly LentView[];
  readonly tokens: readonly Word[];
}

/** What of a text could tell of rows that a view or macro leaves out. */
async function tellsOfRows(
  core: SessionCore,
  text: string,
  casts: readonly string[],
): Promise<string | undefined> {
  const answer = await planOf(core, PLAN_SQL, [text]);
  // With a parameter of any type a value of another type would be compared in another way.
  return answer.error
    ? 'a parameter whose type is not known (give it one: $1::INTEGER)'
    : failsOnRows(answer.plans, casts);
}

async function inspectRead(
  core: SessionCore,
  reading: TextFacts,
  options: InspectOptions,
): Promise<PlanFacts> {
  if (reading.facts !== undefined) return reading.facts;
  if (options.visible !== undefined && (await takesNumbers(core, reading.text)))
    return { ...NO_FACTS, opaque: 'a number of a sequence that DuckDB takes before it runs anything' };
  const running = options.qualified === true ? undefined : await runsGivenText(core, reading.text);
  if (running !== undefined)
    return { ...NO_FACTS, opaque: `a text that the macro "${running}" is given and runs` };
  const { text } = reading;
  const taken = options.qualified === true ? undefined : await takenTexts(core, text);
  if (taken?.has('setting') === true)
    return { ...NO_FACTS, functions: [{ name: 'current_setting', class: 'instance' }] };
  if (taken?.has('type') === true && options.visible !== undefined)
    return { ...NO_FACTS, opaque: 'the name of a type that is not written out (in from_json and the like)' };
  if (taken?.has('name') === true && options.visible !== undefined)
    return {
      ...NO_FACTS,
      opaque: 'the name of a sequence or table that is not written out (in nextval and the like)',
    };
  const bound = await inspectPlan(core, reading, options.visible);
  const plan = reading.isExplained ? await withExplained(core, bound) : bound;
  const placed = await resolvePlaces(core, await withViewBody(core, text, options, plan));
  const planned = await withDroppedAlong(core, placed);
  const isDrop = planned.writes.some(({ action }) => action === 'drop');
  const changed = isDrop ? undefined : await core.temporary.changedBy(text, options.visible);
  // Last: what it makes is not there yet.
  core.temporary.note(planned.writes);
  const found = { ...planned, opaque: planned.opaque ?? changed };
  return options.visible === undefined || isDrop ? found : await withUsed(core, found, text);
}

/** Adds what the query of CREATE VIEW would read. */
async function withViewBody(
  core: SessionCore,
  text: string,
  options: InspectOptions,
  facts: PlanFacts,
): Promise<PlanFacts> {
  // A view that gets another name keeps its query.
  if (facts.writes.some((it) => it.action === 'alter')) return facts;
  if (!facts.writes.some((it) => it.action === 'create' && it.objectKind === 'view')) return facts;
  const body = viewBody(text);
  if (body === undefined) return { ...facts, opaque: facts.opaque ?? 'the query of a view' };
  const found = await inspect(core, body, options);
  const { opaque, functions, used, writes } = found;
  return {
    ...facts,
    ...(used !== undefined && { used }),
    opaque: facts.opaque ?? opaque,
    reads: [...facts.reads, ...withoutRows(found).reads],
    // The sequences that it asks.
    writes: [...facts.writes, ...writes],
    functions: [...facts.functions, ...functions],
  };
}
