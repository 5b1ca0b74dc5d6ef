/** Whose rights a view or macro has: noted when a statement makes one, and forgotten when one is changed. */
import { toGizmoError } from '../../errors.js';
import { foldName } from '../model/fold-name.js';
import type { LentViewStore } from '../state/lent-view-store.js';
import type { Life } from './life-context.js';
import type { PlannedStatement } from './statement.js';

/**
 * To be called before a statement runs that was inspected: what it makes, changes or drops was perhaps an
 * administrator's, and is not any more.
 */
export async function forgetWritten(store: LentViewStore, { facts }: PlannedStatement): Promise<void> {
  const writes = facts?.writes.filter(({ action }) => CHANGES.has(action)) ?? [];
  for (const { objectKind, catalog, schema, name } of writes) {
    const isIn = (one: string, other: string) => other === '' || foldName(one) === foldName(other);
    await store.forget((view) =>
      objectKind === 'schema'
        ? isIn(view.catalog, catalog) && foldName(view.schema) === foldName(name)
        : foldName(view.name) === foldName(name) && isIn(view.schema, schema) && isIn(view.catalog, catalog),
    );
  }
}

/** To be called when an administrator's statement has run. Never throws: without a note the view is the caller's. */
export async function noteMade(
  { lentViews, log, nowMs }: Pick<Life, 'lentViews' | 'log' | 'nowMs'>,
  { session, text, engine }: PlannedStatement,
): Promise<void> {
  if (!DEFINES.has(engine.kind) || !WORDS.test(text)) return;
  try {
    await forgetGone(lentViews, session.engine);
    if (engine.kind !== 'create') return;
    const closed = await session.engine.closeView({ sql: text });
    if (closed === undefined) return;
    if ('reason' in closed) return log.info('a view or macro is not lent', { reason: closed.reason });
    const { view } = closed;
    await lentViews.lend({ ...view, owner: session.principal.name, sinceMs: nowMs() });
  } catch (error) {
    log.warning('a view or macro is not lent', { reason: toGizmoError(error).message });
  }
}

/** Forgets what is not there any more; of databases that are attached, since others may come back. */
async function forgetGone(
  store: LentViewStore,
  engine: PlannedStatement['session']['engine'],
): Promise<void> {
  const views = store.list();
  if (views.length === 0) return;
  const { catalogs, objects } = await engine.lookUp(views.flatMap(({ catalog, name }) => [catalog, name]));
  const there = new Set(objects.map(({ catalog, schema, name }) => key(catalog, schema, name)));
  const attached = new Set(catalogs.map(foldName));
  await store.forget(
    ({ catalog, schema, name }) => attached.has(foldName(catalog)) && !there.has(key(catalog, schema, name)),
  );
}

function key(...names: readonly string[]): string {
  return JSON.stringify(names.map(foldName));
}

const CHANGES: ReadonlySet<string> = new Set(['create', 'drop', 'alter']);
const DEFINES: ReadonlySet<string> = new Set(['create', 'alter', 'drop']);
const WORDS = /\b(?:view|macro|function|schema)\b/i;
