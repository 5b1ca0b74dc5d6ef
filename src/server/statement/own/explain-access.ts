/**
 * EXPLAIN ACCESS: which of the rules allow somebody a statement, and which refuse it. Nothing of it runs; but for the
 * operator's functions it goes the way that it would go in a session of theirs.
 */
import { randomUUID } from 'node:crypto';
import { GizmoError, toGizmoError } from '../../../errors.js';
import { splitStatements } from '../../../sql/split-statements.js';
import { columnCutsOf } from '../../access/column-cuts.js';
import { type Denial, decide } from '../../access/decide.js';
import type { Place } from '../../access/grants.js';
import { sameName } from '../../access/name-pattern.js';
import { rowFilterOn } from '../../access/row-filters.js';
import { heldWith, readCatalogAccess } from '../../auth/catalog-access.js';
import type { Engine, EngineSession } from '../../engine/engine.js';
import type { Accounts } from '../../model/account.js';
import type { ColumnCut } from '../../model/column-cut.js';
import type { LentRead, PlanFacts } from '../../model/plan-facts.js';
import type { Person, Role } from '../../model/principal.js';
import type { Rights } from '../../model/rights.js';
import { reachOf } from '../../session/session-reach.js';
import { assertAllowed, assertMayRun } from '../authorize.js';
import { inspectLending } from '../lend.js';
import type { Life } from '../life-context.js';
import { inspect, opensFiles } from '../plan.js';
import { text } from '../tables/columns.js';
import type { OwnFamily } from './own-statement.js';

/** Whom it is asked of, and what. */
interface Asked {
  readonly person: Person;
  readonly sql: string;
}

/** Of the life of statements, what theirs would pass. */
export type ExplainedLife = Pick<Life, 'access' | 'lentViews' | 'guardPaths' | 'own' | 'tables'>;

const ROLES: readonly Role[] = ['admin', 'user', 'readonly'];

/** One row for each rule: its name, `allows`, `refuses` or `no limit`, and why. The last row is what holds. */
export function explainAccess(
  life: () => ExplainedLife,
  accounts: Pick<Accounts, 'user'>,
  sessions: Pick<Engine, 'openSession'>,
): OwnFamily {
  return {
    begins: [['EXPLAIN', 'ACCESS']],
    usage:
      "EXPLAIN ACCESS OF 'name' [ROLE admin|user|readonly] [CATALOG_ACCESS 'rules as JSON'] FOR 'statement'",
    parse(words) {
      words.take('EXPLAIN', 'ACCESS');
      words.expect('OF');
      const name = words.name('whom it is asked of');
      const role = words.take('ROLE') ? words.choose('the role', ROLES) : undefined;
      const rules = words.take('CATALOG_ACCESS') ? words.string('the rules') : undefined;
      words.expect('FOR');
      const sql = words.string('the statement');
      words.end();
      return {
        what: 'ask for the rights of others',
        mayRun: (principal) => principal.role === 'admin',
        inTransaction: 'apart',
        schema: { fields: [text('rule'), text('decision'), text('reason')] },
        async run({ signal }) {
          const asked = readAsked(name, role ?? accounts.user(name)?.role, rules, sql);
          const engine = await sessions.openSession(reachOf(asked.person, randomUUID()));
          try {
            const rows = await explain(engine, signal, life(), asked);
            return [0, 1, 2].map((column) => rows.map((row) => row[column]));
          } finally {
            await engine.close();
          }
        },
      };
    },
  };
}

function readAsked(name: string, role: Role | undefined, rules: string | undefined, sql: string): Asked {
  if (role === undefined)
    throw invalid(
      `There is no user ${name} in this server's own list, so say which role they have: ROLE user, or --role user.`,
    );
  const { statements } = splitStatements(sql);
  if (statements.length === 0) throw invalid('Name the statement that is asked about.');
  if (statements.length > 1) throw invalid('Ask for one statement at a time.');
  const catalogAccess = rules === undefined ? undefined : readCatalogAccess(parseJson(rules));
  if (catalogAccess === 'malformed')
    throw invalid(
      'The rules are a JSON list such as [{"catalog": "sales", "access": "read"}]; access is read, write or none.',
    );
  return { person: { name, method: 'password', ...heldWith(role, catalogAccess) }, sql };
}

function parseJson(rules: string): unknown {
  try {
    return JSON.parse(rules);
  } catch {
    return null;
  }
}

type Row = readonly [rule: string, decision: 'allows' | 'refuses' | 'no limit', reason: string | undefined];

async function explain(
  engine: EngineSession,
  signal: AbortSignal,
  life: ExplainedLife,
  { person, sql }: Asked,
): Promise<Row[]> {
  const own = life.own.read(sql);
  if (own !== undefined) {
    const refusal = await refusalOf(async () => assertMayRun(person, own));
    return refusal === undefined
      ? [row('role', undefined), ALLOWED]
      : [told('role', refusal), told('all', refusal)];
  }
  const refusal = await refusalOf(() => goTheirWay(engine, signal, life, { person, sql }));
  // What nobody can read is no question of who may.
  if (refusal?.startsWith('Parser Error')) throw invalid(refusal);
  const { role } = person;
  if (role === 'admin')
    return refusal === undefined ? [row('role', undefined), ALLOWED] : [told('all', refusal)];
  const rights = life.access.rightsOf(person);
  const cuts = columnCutsOf(rights);
  const asked = { rights, sql, signal };
  let facts: PlanFacts;
  try {
    // What is not there by the columns that are left of a table is perhaps only not granted.
    facts = await factsFor(engine, life, asked, cuts).catch(async (error: unknown) => {
      if (cuts.length === 0) throw error;
      return await factsFor(engine, life, asked, []);
    });
  } catch (error) {
    const { code, message } = toGizmoError(error);
    return [['all', 'refuses', code === 'PERMISSION_DENIED' ? message : notPlanned(message)]];
  } finally {
    await engine.endScope('rollback');
  }
  const { catalogRules, databaseLevels, grants, rowFilters } = rights;
  const layers: Row[] = [
    row('role', decide({ role }, facts)),
    // Each by itself, under the most that a role which is limited at all allows.
    layer('catalog_access', catalogRules && { role: 'user', catalogRules }, facts),
    layer('database-grant', databaseLevels && { role: 'user', databaseLevels }, facts),
    explainColumns(layer('grant', grants && { role: 'user', grants }, facts), cuts, facts),
    explainPolicies(rowFilters, facts),
    ...(facts.lent ?? []).map(explainOwner),
  ];
  const denial = decide(rights, facts);
  if (denial !== undefined) return [...layers, row('all', denial)];
  return [...layers, refusal === undefined ? ALLOWED : told('all', refusal)];
}

/** What a statement of theirs would do. */
async function factsFor(
  engine: EngineSession,
  { lentViews: lent }: ExplainedLife,
  { rights, sql, signal }: { rights: Rights; sql: string; signal: AbortSignal },
  cuts: readonly ColumnCut[],
): Promise<PlanFacts> {
  const { rowFilters } = rights;
  const options = {
    ...{ readOnly: rights.role === 'readonly', forOthers: true, signal },
    ...(rowFilters && { rowFilters }),
    ...(cuts.length > 0 && { cuts }),
  };
  const { functions, ...others } = await inspectLending(
    engine,
    rights,
    { text: sql, lent, signal },
    (views) => engine.inspect(sql, views === undefined ? options : { ...options, lent: views }),
  );
  // In their own session metadata is cut to what they may know, and then no fact.
  const inFull = functions.filter((it) => it.class !== 'catalog' && it.class !== 'narrowed');
  return { ...others, functions: inFull };
}

/** Says which columns they have of tables that they may read in part. */
function explainColumns([rule, decision, reason]: Row, cuts: readonly ColumnCut[], facts: PlanFacts): Row {
  if (decision !== 'allows' || facts.cut !== true) return [rule, decision, reason];
  const read = cuts
    .map((it) => ({ ...it, place: [it.catalog, it.schema, it.name].join('.') }))
    .filter(({ place }) =>
      facts.reads.some((it) => sameName([it.catalog, it.schema, it.name].join('.'), place)),
    )
    .map(({ place, columns }) => `reads ${place} as if it had the columns ${columns.join(', ')} only`);
  return [rule, decision, read.length === 0 ? undefined : read.join('; ')];
}

/** What is hidden is missed by the name they gave it, which may be short. */
function notPlanned(message: string): string {
  const hint = / does not exist/.test(message)
    ? ' Where a rule hides it, the rule is named if it stands in full: catalog.schema.table.'
    : '';
  return `The statement cannot be planned for them: ${message}${hint}`;
}

const ALLOWED: Row = ['all', 'allows', undefined];

/** What they would hear of it. */
function told(rule: string, refusal: string): Row {
  return [rule, 'refuses', `To them the answer is: ${refusal}`];
}

async function refusalOf(work: () => Promise<void>): Promise<string | undefined> {
  try {
    await work();
    return undefined;
  } catch (error) {
    return toGizmoError(error).message;
  }
}

/** The steps of a statement of theirs, up to where it would run. Throws what they would be told. */
async function goTheirWay(
  engine: EngineSession,
  signal: AbortSignal,
  life: ExplainedLife,
  { person, sql }: Asked,
): Promise<void> {
  if (person.role === 'admin') life.guardPaths(sql);
  const session = { principal: person, engine };
  try {
    const facts = await inspect(life, { session, door: 'statement-query', text: sql }, signal);
    assertAllowed(life.access, person, facts, sql);
    if (person.role === 'admin') return;
    if (opensFiles(facts)) life.guardPaths(sql);
    const filtered = facts?.reads.some(({ rows }) => rows === 'filtered') ?? false;
    const prepared = await engine.prepare(sql, 0, signal, {
      filtered,
      cut: facts?.cut === true,
      inspected: true,
    });
    try {
      life.tables.assertReadable(person, prepared.serverTables);
    } finally {
      await prepared.close();
    }
  } finally {
    await engine.endScope('rollback');
  }
}

/** What is read through a view of an administrator's needs no rights of theirs. */
function explainOwner({ catalog, schema, name }: LentRead): Row {
  return ['owner', 'allows', `reads ${catalog}.${schema}.${name} with its owner's rights`];
}

function explainPolicies(rowFilters: Rights['rowFilters'], facts: PlanFacts): Row {
  const [name, decision, reason] = layer('policy', rowFilters && { role: 'user', rowFilters }, facts);
  if (decision !== 'allows') return [name, decision, reason];
  const filtered = facts.reads
    .filter(({ rows }) => rows === 'filtered')
    .map((read) => {
      const policies = rowFilterOn({ role: 'user', rowFilters: rowFilters ?? [] }, read)?.policies ?? [];
      const by = policies.length === 0 ? 'nothing of it: no policy is for them' : `by ${policies.join(', ')}`;
      return `reads ${read.catalog}.${read.schema}.${read.name} ${by}`;
    });
  return [name, decision, filtered.length === 0 ? undefined : filtered.join('; ')];
}

function layer(name: string, rights: Rights | undefined, facts: PlanFacts): Row {
  if (rights === undefined) return [name, 'no limit', undefined];
  const denial = decide(rights, facts);
  return row(name, denial?.by === 'role' ? undefined : denial);
}

function row(name: string, denial: Denial | undefined): Row {
  return denial === undefined ? [name, 'allows', undefined] : [name, 'refuses', reasonOf(name, denial)];
}

function reasonOf(rule: string, denial: Denial): string {
  if (denial.by !== 'hidden') return `may not ${denial.what}. ${denial.remedy}`;
  const { place, asked = place } = denial;
  return `${print(place)} is hidden: to them it does not exist.${shownBy(rule, print(asked), place.catalog)}`;
}

function print({ catalog, schema, name }: Place): string {
  return [catalog, schema, name].filter((it) => it !== undefined).join('.');
}

/** As the next sentence: what would show it to them, as far as this rule goes. */
function shownBy(rule: string, asked: string, catalog: string): string {
  if (rule === 'grant') return ` An administrator can show it: GRANT SELECT ON ${asked} TO … .`;
  if (rule === 'catalog_access')
    return ` A token whose claim "catalog_access" says "read" for it would show it.`;
  if (rule === 'database-grant')
    return ` The server's operator can show it with --database-grant ${catalog}:…=read-only.`;
  return '';
}

function invalid(message: string): GizmoError {
  return new GizmoError('INVALID_ARGUMENT', message);
}
