/** GRANT and REVOKE: rights on catalogs, schemas, tables and columns, given by administrators. */
import { GizmoError } from '../../../errors.js';
import { quoteName } from '../../../sql/quote.js';
import { touches } from '../../access/grants.js';
import { sameName } from '../../access/name-pattern.js';
import type { EngineSession } from '../../engine/engine.js';
import { isRole } from '../../model/principal.js';
import type { Grant, Privilege } from '../../model/rights.js';
import type { Grantee, StoredGrant } from '../../model/stored-grant.js';
import type { GrantStore } from '../../state/grant-store.js';
import type { OwnCommand, OwnFamily } from './own-statement.js';
import type { Words } from './words.js';

/** What may be granted, and taken away again. */
interface Given {
  readonly privilege: Privilege;
  readonly columns?: readonly string[];
}

/** The object that stands behind ON. */
type Target = Pick<Grant, 'catalog' | 'schema' | 'table'>;

const PRIVILEGES: readonly Privilege[] = ['select', 'insert', 'update', 'delete', 'all'];
const ITEMS_MAX = 100;

/** The family of both. @param nowMs since the epoch */
export function grantStatements(store: GrantStore, nowMs: () => number): readonly OwnFamily[] {
  return [
    {
      begins: [['GRANT']],
      usage:
        'GRANT SELECT[(columns)]|INSERT|UPDATE|DELETE|ALL, … ON catalog[.schema[.table]] TO user|role|PUBLIC, …',
      parse(words) {
        words.expect('GRANT');
        const given = readGiven(words);
        const target = readTarget(words, given);
        words.expect('TO');
        const grantees = readGrantees(words);
        words.end();
        return command('grant rights', async (session, grantor) => {
          await assertThere(session, target);
          await assertColumns(session, target, given);
          const sinceMs = nowMs();
          await store.grant(
            grantees.flatMap((grantee) =>
              given.map((it) => ({ ...it, ...target, grantee, grantor, sinceMs })),
            ),
          );
        });
      },
    },
    {
      begins: [['REVOKE']],
      usage:
        'REVOKE SELECT[(columns)]|INSERT|UPDATE|DELETE|ALL, … ON catalog[.schema[.table]] FROM user|role|PUBLIC, …',
      parse(words) {
        words.expect('REVOKE');
        const given = readGiven(words);
        const target = readTarget(words, given);
        words.expect('FROM');
        const grantees = readGrantees(words);
        words.end();
        return command('revoke rights', () => revoke(store, given, target, grantees));
      },
    },
  ];
}

function command(what: string, run: (session: EngineSession, grantor: string) => Promise<void>): OwnCommand {
  return {
    what,
    mayRun: ({ role }) => role === 'admin',
    inTransaction: 'refused',
    schema: { fields: [] },
    async run({ session }) {
      await run(session.engine, session.principal.name);
      return [];
    },
  };
}

function readGiven(words: Words): Given[] {
  return readList(words, () => {
    const privilege = words.choose('the privilege', PRIVILEGES);
    if (privilege === 'all') words.take('PRIVILEGES');
    if (!words.mark('(')) return { privilege };
    if (privilege !== 'select') words.fail('columns can be named for SELECT only');
    const columns = readList(words, () => words.name('a column'));
    if (!words.mark(')')) words.fail(') is expected');
    return { privilege, columns };
  });
}

function readTarget(words: Words, given: readonly Given[]): Target {
  words.expect('ON');
  const parts = [words.take('TABLE'), words.take('SCHEMA'), words.take('CATALOG') || words.take('DATABASE')];
  const catalog = words.name('a catalog');
  const schema = words.mark('.') ? words.name('a schema') : undefined;
  const table = schema !== undefined && words.mark('.') ? words.name('a table') : undefined;
  const depth = table !== undefined ? 0 : schema !== undefined ? 1 : 2;
  const said = parts.indexOf(true);
  if (said >= 0 && said !== depth)
    words.fail('a table is named catalog.schema.table, a schema catalog.schema, a catalog by itself');
  if (table === undefined && given.some(({ columns }) => columns !== undefined))
    words.fail('columns belong to a table, which is named catalog.schema.table');
  return { catalog, ...(schema !== undefined && { schema }), ...(table !== undefined && { table }) };
}

/** Users, roles and PUBLIC, behind TO or FROM. */
export function readGrantees(words: Words): Grantee[] {
  return readList(words, () => {
    if (words.take('PUBLIC')) return { kind: 'public', name: '' };
    const isRoleName = words.take('ROLE');
    // `TO user` is the role of that name, `TO USER ann` somebody.
    const isUserName = !isRoleName && words.take('USER');
    if (isUserName && (words.atEnd || words.mark(','))) return roleOf(words, 'user');
    const name = words.name('a user or role');
    if (isUserName) return { kind: 'user', name };
    return isRoleName || isRole(name) ? roleOf(words, name) : { kind: 'user', name };
  });
}

function roleOf(words: Words, name: string): Grantee {
  if (name === 'admin') words.fail('administrators may do everything and need no grants');
  if (name !== 'user' && name !== 'readonly') words.fail('the roles are user and readonly');
  return { kind: 'role', name };
}

function readList<T>(words: Words, read: () => T): T[] {
  const items = [read()];
  while (words.mark(',')) {
    if (items.length >= ITEMS_MAX) words.fail(`at most ${ITEMS_MAX} can be named`);
    items.push(read());
  }
  return items;
}

/** A grant on what does not exist would wait for whoever makes something of that name. */
export async function assertThere(engine: EngineSession, { catalog, schema, table }: Target): Promise<void> {
  const { catalogs, schemas, objects } = await engine.lookUp(
    [catalog, schema, table].filter((it) => it !== undefined),
  );
  if (!catalogs.some((it) => sameName(it, catalog)))
    throw missing(`There is no catalog ${catalog}. A table is named catalog.schema.table.`);
  if (schema === undefined) return;
  if (!schemas.some((it) => sameName(it.catalog, catalog) && sameName(it.schema, schema)))
    throw missing(`There is no schema ${catalog}.${schema}. A table is named catalog.schema.table.`);
  if (table === undefined) return;
  const isThere = objects.some(
    (it) => sameName(it.catalog, catalog) && sameName(it.schema, schema) && sameName(it.name, table),
  );
  if (!isThere) throw missing(`There is no table ${catalog}.${schema}.${table}.`);
}

/** The same of its columns. */
async function assertColumns(
  engine: EngineSession,
  { catalog, schema, table }: Target,
  given: readonly Given[],
): Promise<void> {
  const wanted = given.flatMap(({ columns = [] }) => columns);
  if (schema === undefined || table === undefined || wanted.length === 0) return;
  const statement = await engine.prepare(`from ${quoteName(catalog, schema, table)}`);
  const there = statement.schema?.fields.map(({ name }) => name) ?? [];
  await statement.close();
  const absent = wanted.find((name) => !there.some((it) => sameName(it, name)));
  if (absent !== undefined) throw missing(`There is no column ${absent} in ${catalog}.${schema}.${table}.`);
}

async function revoke(
  store: GrantStore,
  given: readonly Given[],
  target: Target,
  grantees: readonly Grantee[],
): Promise<void> {
  const onTarget = store
    .list()
    .filter((it) => isOn(it, target) && grantees.some((who) => isSame(who, it.grantee)));
  const all = onTarget.find(({ privilege }) => privilege === 'all');
  if (all !== undefined && !given.some(({ privilege }) => privilege === 'all'))
    throw new GizmoError(
      'FAILED_PRECONDITION',
      `${print(all.grantee)} holds ALL on this, which includes it. Revoke ALL, and grant what is to remain.`,
    );
  const taken = new Set(onTarget.filter((it) => given.some((what) => isOf(it, what))));
  if (taken.size === 0) throw missing(wider(store, target, grantees));
  // What is left of a grant on several columns when one of them is taken away.
  const left = [...taken].flatMap((grant) => remainder(grant, given));
  await store.revoke((grant) => taken.has(grant));
  if (left.length > 0) await store.grant(left);
}

function isOn(grant: StoredGrant, target: Target): boolean {
  const same = (one: string | undefined, other: string | undefined) =>
    one === undefined || other === undefined ? one === other : sameName(one, other);
  return (
    sameName(grant.catalog, target.catalog) &&
    same(grant.schema, target.schema) &&
    same(grant.table, target.table)
  );
}

function isSame(one: Grantee, other: Grantee): boolean {
  return one.kind === other.kind && one.name === other.name;
}

/** Whether a grant is, at least in part, what is to be taken away: ALL means every privilege, SELECT all columns. */
function isOf(grant: StoredGrant, { privilege, columns }: Given): boolean {
  if (privilege === 'all') return true;
  if (grant.privilege !== privilege) return false;
  return (
    columns === undefined ||
    (grant.columns?.some((it) => columns.some((name) => sameName(it, name))) ?? false)
  );
}

function remainder(grant: StoredGrant, given: readonly Given[]): StoredGrant[] {
  const { columns } = grant;
  const whole = given.some((it) => isOf(grant, it) && it.columns === undefined);
  if (columns === undefined || whole) return [];
  const gone = given.flatMap((it) => it.columns ?? []);
  const kept = columns.filter((column) => !gone.some((name) => sameName(name, column)));
  return kept.length === 0 ? [] : [{ ...grant, columns: kept }];
}

function wider(store: GrantStore, target: Target, grantees: readonly Grantee[]): string {
  const [who] = grantees;
  const place = { catalog: target.catalog, schema: target.schema, name: target.table };
  const around = store
    .list()
    .find(
      (it) =>
        grantees.some((one) => isSame(one, it.grantee)) && touches({ governs: 'all', granted: [it] }, place),
    );
  const has =
    around === undefined
      ? ''
      : ` There is ${around.privilege.toUpperCase()} ON ${[around.catalog, around.schema, around.table].filter((it) => it !== undefined).join('.')}.`;
  return `${who === undefined ? 'Nobody' : print(who)} has no such grant on exactly this.${has} SELECT * FROM gizmo_grants() lists them.`;
}

/** A grantee, for messages and lists. */
export function print({ kind, name }: Grantee): string {
  return kind === 'public' ? 'PUBLIC' : kind === 'role' ? `The role ${name}` : name;
}

function missing(message: string): GizmoError {
  return new GizmoError('NOT_FOUND', message);
}
