/** SET SECURITY: whether a view or macro runs with its owner's rights or with those of whoever uses it. */
import { GizmoError } from '../../../errors.js';
import { foldName } from '../../model/fold-name.js';
import type { ObjectName } from '../../model/plan-facts.js';
import type { LentViewStore } from '../../state/lent-view-store.js';
import type { OwnCaller, OwnFamily } from './own-statement.js';

/** @param nowMs since the epoch */
export function securityStatements(store: LentViewStore, nowMs: () => number): OwnFamily {
  return {
    begins: [['SET', 'SECURITY']],
    usage: 'SET SECURITY DEFINER|INVOKER ON [VIEW|MACRO] catalog.schema.name',
    parse(words) {
      words.take('SET', 'SECURITY');
      const how = words.choose('the security', ['DEFINER', 'INVOKER'] as const);
      words.expect('ON');
      if (!words.take('VIEW')) words.take('MACRO');
      const name = { catalog: words.name('a catalog'), schema: '', name: '' };
      for (const part of ['schema', 'name'] as const) {
        if (!words.mark('.')) words.fail('a view is named catalog.schema.name');
        name[part] = words.name(`a ${part}`);
      }
      words.end();
      return {
        what: 'say whose rights a view has',
        mayRun: ({ role }) => role === 'admin',
        inTransaction: 'refused',
        schema: { fields: [] },
        async run(by) {
          await (how === 'DEFINER' ? lend(store, name, by, nowMs()) : take(store, name));
          return [];
        },
      };
    },
  };
}

async function lend(
  store: LentViewStore,
  name: ObjectName,
  { session }: OwnCaller,
  sinceMs: number,
): Promise<void> {
  const closed = await session.engine.closeView({ name });
  if (closed !== undefined && 'view' in closed) {
    await store.lend({ ...closed.view, owner: session.principal.name, sinceMs });
    return;
  }
  throw new GizmoError(
    'FAILED_PRECONDITION',
    `${print(name)} cannot run with its owner's rights: ${closed?.reason ?? 'it is no view'}.`,
  );
}

async function take(store: LentViewStore, name: ObjectName): Promise<void> {
  const same = (one: string, other: string) => foldName(one) === foldName(other);
  const taken = await store.forget(
    (view) =>
      same(view.catalog, name.catalog) && same(view.schema, name.schema) && same(view.name, name.name),
  );
  if (taken > 0) return;
  throw new GizmoError(
    'NOT_FOUND',
    `${print(name)} does not run with its owner's rights. SELECT * FROM gizmo_owners() lists those that do.`,
  );
}

function print({ catalog, schema, name }: ObjectName): string {
  return `${catalog}.${schema}.${name}`;
}
