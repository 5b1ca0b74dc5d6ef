/** Names that belong to something else already. */
import type { ObjectWrite, PlanFacts } from '../../../model/plan-facts.js';
import type { TextReader } from './plan-text.js';

/** Marks what is to be created with a name that is taken: a schema with that of a database, a type with that of DuckDB's. */
export async function withTakenNames(core: TextReader, facts: PlanFacts): Promise<PlanFacts> {
  if (!facts.writes.some(takesName)) return facts;
  const writes: ObjectWrite[] = [];
  for (const write of facts.writes) {
    const sql = takesName(write) ? TAKEN_NAMES_SQL[write.objectKind] : undefined;
    const [count] = sql === undefined ? ['0'] : await core.readTexts(sql, write.name.toLowerCase());
    writes.push({ ...write, shadowsBuiltIn: write.shadowsBuiltIn || count !== '0' });
  }
  return { ...facts, writes };
}

function takesName({ action, objectKind }: ObjectWrite): boolean {
  return action === 'create' && objectKind in TAKEN_NAMES_SQL;
}

/** By the kind of the object: how many things there are whose name it must not have. */
const TAKEN_NAMES_SQL: Readonly<Record<string, string>> = {
  schema:
    'select system.main.count_star()::varchar from system.main.duckdb_databases() where system.main.lower(database_name) = $1::varchar',
  type: 'select system.main.count_star()::varchar from system.main.duckdb_types() where internal and system.main.lower(type_name) = $1::varchar',
};
