/** EXPLAIN ACCESS: which of the rules allow somebody a statement, and which refuse it. Nothing of it runs. */
import { GizmoError, toGizmoError } from '../../../errors.js';
import { splitStatements } from '../../../sql/split-statements.js';
import type { Access } from '../../access/access.js';
import { type Denial, decide } from '../../access/decide.js';
import { rowFilterOn } from '../../access/row-filters.js';
import { readCatalogAccess } from '../../auth/catalog-access.js';
import type { Accounts } from '../../model/account.js';
import type { CatalogRule } from '../../model/catalog-rule.js';
import type { LentViews } from '../../model/lent-view.js';
import type { LentRead, PlanFacts } from '../../model/plan-facts.js';
import type { Role } from '../../model/principal.js';
import type { Rights } from '../../model/rights.js';
import type { Session } from '../../session/session.js';
import { inspectLending } from '../lend.js';
import { text } from '../tables/columns.js';
import type { OwnFamily } from './own-statement.js';

/** Whom it is asked of. */
interface Asked {
  readonly name: string;
  readonly role: Role;
  readonly catalogAccess: readonly CatalogRule[] | undefined;
  readonly sql: string;
}

const ROLES: readonly Role[] = ['admin', 'user', 'readonly'];

/** One row for each rule: its name, `allows`, `refuses` or `no limit`, and why. The last row is what holds. */
export function explainAccess(
  access: () => Access,
  accounts: Pick<Accounts, 'user'>,
  lent: LentViews,
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
        async run({ session, signal }) {
          const asked = readAsked(name, role ?? accounts.user(name)?.role, rules, sql);
          const rows = await explain(session, signal, { rights: access().rightsOf(asked), lent }, asked);
          return [0, 1, 2].map((column) => rows.map((row) => row[column]));
        },
      };
    },
  };
}

function readAsked(name: string, role: Role | undefined, rules: string | undefined, sql: string): Asked {
  if (role === undefined)
    throw invalid(`There is no user ${name} in this server's own list, so say which role: ROLE user.`);
  const { statements } = splitStatements(sql);
  if (statements.length !== 1) throw invalid('Ask for one statement at a time.');
  const catalogAccess = rules === undefined ? undefined : readCatalogAccess(parseJson(rules));
  if (catalogAccess === 'malformed')
    throw invalid('The rules are a JSON list such as [{"catalog": "sales", "access": "read"}].');
  // As at a login: with the claim nobody is an administrator.
  return { name, role: catalogAccess !== undefined && role === 'admin' ? 'user' : role, catalogAccess, sql };
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
  { engine }: Session,
  signal: AbortSignal,
  { rights, lent }: { readonly rights: Rights; readonly lent: LentViews },
  { role, sql }: Asked,
): Promise<Row[]> {
  if (role === 'admin') return [row('role', undefined), ['all', 'allows', undefined]];
  const { rowFilters: filters } = rights;
  const options = {
    ...{ readOnly: role === 'readonly', forOthers: true, signal },
    ...(filters && { rowFilters: filters }),
  };
  let facts: PlanFacts;
  try {
    const { functions, ...others } = await inspectLending(
      engine,
      rights,
      { text: sql, lent, signal },
      (views) => engine.inspect(sql, views === undefined ? options : { ...options, lent: views }),
    );
    // In their own session metadata is cut to what they may know, and then no fact.
    const inFull = functions.filter((it) => it.class !== 'catalog' && it.class !== 'narrowed');
    facts = { ...others, functions: inFull };
  } catch (error) {
    return [['all', 'refuses', `The statement cannot be planned: ${toGizmoError(error).message}`]];
  }
  await engine.endScope('rollback');
  const { catalogRules, databaseLevels, grants, rowFilters } = rights;
  const layers: Row[] = [
    row('role', decide({ role }, facts)),
    // Each by itself, under the most that a role which is limited at all allows.
    layer('catalog_access', catalogRules && { role: 'user', catalogRules }, facts),
    layer('database-grant', databaseLevels && { role: 'user', databaseLevels }, facts),
    layer('grant', grants && { role: 'user', grants }, facts),
    explainPolicies(rowFilters, facts),
    ...(facts.lent ?? []).map(explainOwner),
  ];
  return [...layers, row('all', decide(rights, facts))];
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
  return denial === undefined ? [name, 'allows', undefined] : [name, 'refuses', reasonOf(denial)];
}

function reasonOf(denial: Denial): string {
  if (denial.by !== 'hidden') return `may not ${denial.what}. ${denial.remedy}`;
  const { catalog, schema, name } = denial.place;
  const place = [catalog, schema, name].filter((it) => it !== undefined).join('.');
  return `${place} is hidden: to them it does not exist.`;
}

function invalid(message: string): GizmoError {
  return new GizmoError('INVALID_ARGUMENT', message);
}
