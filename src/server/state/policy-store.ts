/** Row policies: known in memory, and written before anything is known. */
import { foldName } from '../model/fold-name.js';
import type { Grantee } from '../model/stored-grant.js';
import type { Policies, StoredPolicy } from '../model/stored-policy.js';
import { createInTurn } from './in-turn.js';
import type { StateChange, StateDatabase } from './state-database.js';

/** Each change resolves when it is in force and outlives a crash. */
export interface PolicyStore extends Policies {
  /** False where the table has one of that name and `replace` is not set; nothing has changed then. */
  put(policy: StoredPolicy, replace: boolean): Promise<boolean>;
  /** Takes a user out of those that policies are for; the policies stay, and their tables under them. */
  forgetUser(name: string): Promise<void>;
  /** False where there is none of that name on the table. */
  drop(policy: Pick<StoredPolicy, 'name' | 'table'>): Promise<boolean>;
}

/** Reads what is there. */
export async function openPolicyStore(database: StateDatabase): Promise<PolicyStore> {
  const known = new Map((await readPolicies(database)).map((policy) => [keyOf(policy), policy]));
  let version = 0;
  const change = createInTurn();

  return {
    get version() {
      return version;
    },
    list: () => [...known.values()],
    put: (policy, replace) =>
      change(async () => {
        const key = keyOf(policy);
        if (known.has(key) && !replace) return false;
        await database.write(...replacement(key, policy));
        known.set(key, policy);
        version++;
        return true;
      }),
    forgetUser: (name) =>
      change(async () => {
        const isTheirs = ({ kind, name: of }: Grantee) => kind === 'user' && of === name;
        const changed = [...known].flatMap(([key, policy]) =>
          policy.grantees.some(isTheirs)
            ? [[key, { ...policy, grantees: policy.grantees.filter((it) => !isTheirs(it)) }] as const]
            : [],
        );
        if (changed.length === 0) return;
        await database.write(...changed.flatMap(([key, policy]) => replacement(key, policy)));
        for (const [key, policy] of changed) known.set(key, policy);
        version++;
      }),
    drop: (policy) =>
      change(async () => {
        const key = keyOf(policy);
        if (!known.has(key)) return false;
        await database.write(['delete from policies where key = $1', key]);
        known.delete(key);
        version++;
        return true;
      }),
  };
}

function replacement(
  key: string,
  { name, table, grantees, condition, author, sinceMs }: StoredPolicy,
): StateChange[] {
  return [
    ['delete from policies where key = $1', key],
    [
      'insert into policies values ($1, $2, $3, $4, $5, $6, $7, $8, $9)',
      key,
      name,
      table.catalog,
      table.schema,
      table.name,
      JSON.stringify(grantees),
      condition,
      author,
      BigInt(Math.round(sinceMs)),
    ],
  ];
}

function keyOf({ name, table }: Pick<StoredPolicy, 'name' | 'table'>): string {
  return JSON.stringify([table.catalog, table.schema, table.name, name].map(foldName));
}

async function readPolicies(database: StateDatabase): Promise<StoredPolicy[]> {
  const rows = await database.read(
    `select name, catalog, schema_name, table_name, grantees, condition, author, since_ms
     from policies order by since_ms, key`,
  );
  return rows.map((row) => {
    const [name = '', catalog = '', schema = '', table = '', grantees = '[]', condition = '', author = ''] =
      row.map(String);
    return {
      name,
      table: { catalog, schema, name: table },
      grantees: JSON.parse(grantees) as Grantee[],
      condition,
      author,
      sinceMs: Number(row[7]),
    };
  });
}
