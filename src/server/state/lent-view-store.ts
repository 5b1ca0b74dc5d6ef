/** Views and macros that run with their owner's rights: known in memory, and written before anything is known. */
import { foldName } from '../model/fold-name.js';
import type { LentViews, StoredLentView } from '../model/lent-view.js';
import type { ObjectName } from '../model/plan-facts.js';
import type { StateDatabase } from './state-database.js';

/** Each change resolves when it is in force and outlives a crash. */
export interface LentViewStore extends LentViews {
  /** In the place of what was lent by this name. */
  lend(view: StoredLentView): Promise<void>;
  /** Takes away what `matches` says; resolves with how many that were. */
  forget(matches: (view: StoredLentView) => boolean): Promise<number>;
}

/** Reads what is there. */
export async function openLentViewStore(database: StateDatabase): Promise<LentViewStore> {
  const known = new Map((await readViews(database)).map((view) => [keyOf(view), view]));
  let version = 0;
  return {
    list: () => [...known.values()],
    get version() {
      return version;
    },
    async lend(view) {
      const key = keyOf(view);
      // Whatever was lent by this name is not any more, also where the rest fails.
      known.delete(key);
      version += 1;
      const { kind, catalog, schema, name, definition, body, parameters, reads, calls, owner, sinceMs } =
        view;
      await database.write(
        ['delete from lent_views where key = $1', key],
        [
          'insert into lent_views values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)',
          ...[key, kind, catalog, schema, name, definition, body],
          JSON.stringify({ parameters, reads, calls }),
          ...[owner, BigInt(Math.round(sinceMs))],
        ],
      );
      known.set(key, view);
      version += 1;
    },
    async forget(matches) {
      const keys = [...known].filter(([, view]) => matches(view)).map(([key]) => key);
      for (const key of keys) known.delete(key);
      if (keys.length > 0) version += 1;
      if (keys.length > 0)
        await database.write(...keys.map((key) => ['delete from lent_views where key = $1', key] as const));
      return keys.length;
    },
  };
}

function keyOf({ kind, catalog, schema, name }: ObjectName & Pick<StoredLentView, 'kind'>): string {
  return JSON.stringify([kind, ...[catalog, schema, name].map(foldName)]);
}

async function readViews(database: StateDatabase): Promise<StoredLentView[]> {
  const rows = await database.read(
    `select kind, catalog, schema_name, name, definition, body, details, owner, since_ms
     from lent_views order by since_ms, key`,
  );
  return rows.map((row) => {
    const [
      kind,
      catalog = '',
      schema = '',
      name = '',
      definition = '',
      body = '',
      details = '{}',
      owner = '',
      since,
    ] = row.map(String);
    const { parameters, reads, calls } = JSON.parse(details) as Pick<
      StoredLentView,
      'parameters' | 'reads' | 'calls'
    >;
    return {
      ...{ kind: kind as StoredLentView['kind'], catalog, schema, name, definition, body },
      ...{ parameters, reads, calls, owner, sinceMs: Number(since) },
    };
  });
}
