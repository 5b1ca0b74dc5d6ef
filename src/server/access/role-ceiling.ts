/**
 * The most that a role may do, decided on what the engine bound. A pure function of role and facts: the guide's
 * three roles (admin: everything; user: reads and writes data and schemas; readonly: reads).
 */
import type { FileAccess } from '../model/file-rules.js';
import { OWN_SETTINGS, SESSION_SETTINGS } from '../model/own-settings.js';
import type { FunctionUse, ObjectWrite, PlanFacts, SettingChange } from '../model/plan-facts.js';
import type { Role } from '../model/principal.js';
import { writing } from './writing.js';

/** Why the role may not do it, as the end of a sentence; undefined where it may. */
export function refusedByRole(role: Role, facts: PlanFacts): string | undefined {
  if (role === 'admin') return undefined;
  const { opaque, effects, functions, settings, writes } = facts;
  if (opaque !== undefined) return `run this statement: ${opaque} cannot be checked`;
  const [effect] = effects;
  if (effect !== undefined) return `use ${effect}`;
  return (
    first(functions, (it) => refusedFunction(role, it)) ??
    first(facts.files ?? [], (it) => refusedFile(role, it)) ??
    first(settings, refusedSetting) ??
    first(writes, (it) => refusedWrite(role, it))
  );
}

function refusedFile(role: Role, { action, path }: FileAccess): string | undefined {
  return action === 'write' && role !== 'user' ? `write files (${path})` : undefined;
}

function refusedFunction(role: Role, { name, path, class: kind }: FunctionUse): string | undefined {
  switch (kind) {
    case 'text':
    case 'catalog':
    case 'server':
      return undefined;
    case 'sequence':
      return role === 'user' ? undefined : `advance or read a sequence (${name})`;
    case 'outside':
      return path === undefined
        ? `reach files or the network (${name})`
        : `reach ${path} (${name}), which no --allow-path${name === 'COPY' ? ' (to write: --allow-write-path)' : ''} opens`;
    case 'runs-sql':
      return `run SQL that cannot be checked (${name})`;
    case 'narrowed':
    case 'instance':
    case 'internal':
    case 'unknown':
      return `use ${name}`;
  }
}

function refusedSetting({ name, scope }: SettingChange): string | undefined {
  if (scope === 'variable') return undefined;
  if (scope === 'session' && SESSION_SETTINGS.has(name)) return undefined;
  const own = scope === 'automatic' || scope === 'session';
  if (own && OWN_SETTINGS.has(name)) return undefined;
  return `change the setting ${name}${isForSession({ name }) ? ' for everybody' : ''}`;
}

/** Whether a setting can be changed for the session alone, by the word SESSION. */
export function isForSession({ name }: Pick<SettingChange, 'name'>): boolean {
  return SESSION_SETTINGS.has(name);
}

function refusedWrite(role: Role, write: ObjectWrite): string | undefined {
  const { action, objectKind, name } = write;
  if (role !== 'user') return `change anything (${writing(action, objectKind, name)})`;
  if (write.catalog === 'system') return `change the catalog system`;
  if (write.shadowsBuiltIn && objectKind === 'type') return `create a type with the name of DuckDB's ${name}`;
  // Of a schema it says that there is a database, which is told last.
  if (write.shadowsBuiltIn && objectKind !== 'schema')
    return `touch a macro with the name of the built-in function ${name}`;
  if (RESERVED_NAMES.test(name) && action !== 'drop') return `use the reserved name ${name}`;
  return undefined;
}

function first<T>(items: readonly T[], refuse: (item: T) => string | undefined): string | undefined {
  for (const item of items) {
    const reason = refuse(item);
    if (reason !== undefined) return reason;
  }
  return undefined;
}

/** Names of the engine's own functions and views and of Gizmo's: an object of that name could pass for them. */
const RESERVED_NAMES = /^(duckdb_|pragma_|pg_|sqlite_|gizmo_|gizmosql_|quack_)/i;
