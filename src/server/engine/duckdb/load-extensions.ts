/** Extensions that the operator names at start, and the functions they bring for everybody. */
import { GizmoError, toGizmoError } from '../../../errors.js';

/** Of a connection, what this file asks. */
interface Session {
  runOwn(sql: string): Promise<void>;
  readTexts(sql: string, ...parameters: readonly string[]): Promise<string[]>;
}

/**
 * Loads them, and installs those that are not there yet where DuckDB may do so by itself. Resolves with the names, in
 * lower case, of the scalar functions, aggregates and macros that there are now and were not before. What else an
 * extension brings, such as table functions, is not among them: it may read files, run SQL and write.
 * Throws USAGE for one that cannot be loaded.
 */
export async function loadExtensions(
  session: Session,
  names: readonly string[],
  mayInstall: boolean,
): Promise<ReadonlySet<string>> {
  if (names.length === 0) return new Set();
  const before = new Set(await functionNames(session));
  for (const name of names) {
    try {
      await load(session, name, mayInstall);
    } catch (error) {
      throw cannotLoad(name, mayInstall, error);
    }
  }
  const after = await functionNames(session);
  return new Set(after.filter((name) => !before.has(name)));
}

async function load(session: Session, name: string, mayInstall: boolean): Promise<void> {
  try {
    await session.runOwn(`load ${name}`);
  } catch (error) {
    if (!mayInstall) throw error;
    await session.runOwn(`install ${name}`);
    await session.runOwn(`load ${name}`);
  }
}

async function functionNames(session: Session): Promise<readonly string[]> {
  const [json = '[]'] = await session.readTexts(NAMES_SQL);
  return JSON.parse(json);
}

const NAMES_SQL = `select system.main.to_json(system.main.list(distinct system.main.lower(function_name)))::varchar
from system.main.duckdb_functions()
where database_name = 'system' and function_type in ('scalar', 'aggregate', 'macro')`;

function cannotLoad(name: string, mayInstall: boolean, reason: unknown): GizmoError {
  const [line = ''] = toGizmoError(reason).message.split('\n');
  const fix = mayInstall
    ? ''
    : ` Install it first as the user of the server (INSTALL ${name} in any DuckDB of this version), or start once with --allow-extensions.`;
  return new GizmoError('USAGE', `--allow-extension ${name}: ${line}${fix}`, { cause: reason });
}
