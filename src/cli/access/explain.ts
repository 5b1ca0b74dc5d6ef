/** `gizmo access explain`: which of a server's rules allow somebody a statement. */
import { EXIT, GizmoError } from '../../errors.js';
import { refuseSurplus } from '../arguments.js';
import { CONNECTION_FLAGS, LOGIN_FLAGS } from '../client-flags.js';
import { type FlagSpec, parseLine } from '../parse-line.js';
import { planConnection } from '../plan-connection.js';
import { showResult } from '../show-result.js';

const ASKED = 'WHOM IT IS ASKED OF';

/** In the order help shows them. */
export const EXPLAIN_FLAGS = {
  role: {
    kind: 'text',
    value: 'ROLE',
    summary: 'their role: admin, user or readonly (default: of the user that the server has by this name)',
    group: ASKED,
  },
  'catalog-access': {
    kind: 'text',
    value: 'JSON',
    summary: 'the claim catalog_access of their token',
    group: ASKED,
  },
  json: { kind: 'switch', summary: 'answer in JSON', group: ASKED },
  ...CONNECTION_FLAGS,
  ...LOGIN_FLAGS,
} as const satisfies Readonly<Record<string, FlagSpec>>;

/** Answers the exit code: 0 where the statement is allowed, 6 where it is not. */
export async function runExplain(argv: readonly string[]): Promise<number> {
  const line = parseLine(argv, EXPLAIN_FLAGS);
  const [user, sql] = line.args;
  if (user === undefined || user === '' || sql === undefined)
    throw new GizmoError('USAGE', 'Name a user and a statement. See --help.');
  refuseSurplus(line.args, 2);
  const role = line.text('role');
  if (role !== undefined && !['admin', 'user', 'readonly'].includes(role))
    throw new GizmoError('USAGE', `--role ${role}: the roles are admin, user and readonly.`);
  const { connection } = await planConnection(line, undefined, process.env);
  const { connect } = await import('../../client/connect.js');
  const client = await connect(connection);
  try {
    const result = await client.query(statementFor(user, role, line.text('catalog-access'), sql));
    return show(line, user, (await result.toArray()).map(toVerdict));
  } finally {
    await client.close();
  }
}

interface Verdict {
  readonly rule: string;
  readonly decision: string;
  readonly reason: string | null;
}

function toVerdict({ rule, decision, reason }: Readonly<Record<string, unknown>>): Verdict {
  return {
    rule: String(rule),
    decision: String(decision),
    reason: typeof reason === 'string' ? reason : null,
  };
}

function show(line: Parameters<typeof showResult>[0], user: string, rules: readonly Verdict[]): number {
  const whole = rules.find(({ rule }) => rule === 'all');
  const allowed = whole?.decision === 'allows';
  showResult(line, { user, allowed, rules }, () =>
    [
      `${user} ${allowed ? 'may run this' : 'may not run this'}.`,
      ...rules
        .filter(({ rule }) => rule !== 'all' || rules.length === 1)
        .map(({ rule, decision, reason }) => `  ${rule.padEnd(WIDTH)}  ${reason ?? decision}`),
    ].join('\n'),
  );
  return allowed ? EXIT.ok : EXIT.notPermitted;
}

/** The longest name of a rule. */
const WIDTH = 'catalog_access'.length;

function statementFor(
  user: string,
  role: string | undefined,
  rules: string | undefined,
  sql: string,
): string {
  const more = [
    role === undefined ? '' : ` ROLE ${role}`,
    rules === undefined ? '' : ` CATALOG_ACCESS ${literal(rules)}`,
  ];
  return `EXPLAIN ACCESS OF ${literal(user)}${more.join('')} FOR ${literal(sql)}`;
}

function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
