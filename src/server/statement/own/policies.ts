/** CREATE POLICY and DROP POLICY: which rows of a table somebody may read, said by administrators. */
import { GizmoError } from '../../../errors.js';
import type { ObjectName } from '../../model/plan-facts.js';
import type { PolicyStore } from '../../state/policy-store.js';
import { assertThere, readGrantees } from './grants.js';
import type { OwnCaller, OwnCommand, OwnFamily } from './own-statement.js';
import type { Words } from './words.js';

const CREATE_USAGE =
  'CREATE [OR REPLACE] POLICY name ON catalog.schema.table [TO user|role|PUBLIC, …] USING (condition)';
const CONDITION_CHARS_MAX = 10_000;

/** The family of both. @param nowMs since the epoch */
export function policyStatements(store: PolicyStore, nowMs: () => number): readonly OwnFamily[] {
  return [
    {
      begins: [
        ['CREATE', 'POLICY'],
        ['CREATE', 'OR', 'REPLACE', 'POLICY'],
      ],
      usage: CREATE_USAGE,
      parse(words) {
        words.expect('CREATE');
        const replace = words.take('OR', 'REPLACE');
        words.expect('POLICY');
        const name = words.name('the name of the policy');
        const table = readTable(words);
        const grantees = words.take('TO') ? readGrantees(words) : [{ kind: 'public' as const, name: '' }];
        words.expect('USING');
        const condition = words.parenthesized('the condition');
        words.end();
        if (condition.length > CONDITION_CHARS_MAX)
          words.fail(`a condition has at most ${CONDITION_CHARS_MAX} characters`);
        return command('make row policies', async ({ session: { engine, principal } }) => {
          await assertThere(engine, { ...table, table: table.name });
          await engine.checkRowFilter({ ...table, conditions: [condition], policies: [name] });
          const policy = { name, table, grantees, condition, author: principal.name, sinceMs: nowMs() };
          if (await store.put(policy, replace)) return;
          throw new GizmoError(
            'ALREADY_EXISTS',
            `${print(table)} has a policy ${name} already. CREATE OR REPLACE POLICY changes it.`,
          );
        });
      },
    },
    {
      begins: [['ALTER', 'POLICY']],
      usage: CREATE_USAGE,
      parse(words) {
        words.take('ALTER');
        return words.fail('a policy is changed by CREATE OR REPLACE POLICY');
      },
    },
    {
      begins: [['DROP', 'POLICY']],
      usage: 'DROP POLICY [IF EXISTS] name ON catalog.schema.table',
      parse(words) {
        words.expect('DROP');
        words.expect('POLICY');
        const ifExists = words.take('IF', 'EXISTS');
        const name = words.name('the name of the policy');
        const table = readTable(words);
        words.end();
        return command('drop row policies', async () => {
          if ((await store.drop({ name, table })) || ifExists) return;
          throw new GizmoError(
            'NOT_FOUND',
            `${print(table)} has no policy ${name}. SELECT * FROM gizmo_policies() lists them.`,
          );
        });
      },
    },
  ];
}

function command(what: string, run: (by: OwnCaller) => Promise<void>): OwnCommand {
  return {
    what,
    mayRun: ({ role }) => role === 'admin',
    inTransaction: 'refused',
    schema: { fields: [] },
    async run(by) {
      await run(by);
      return [];
    },
  };
}

function readTable(words: Words): ObjectName {
  words.expect('ON');
  words.take('TABLE');
  const parts = [words.name('a catalog')];
  while (parts.length < 3 && words.mark('.')) parts.push(words.name('a name'));
  const [catalog = '', schema, name] = parts;
  if (schema === undefined || name === undefined) return words.fail('a table is named catalog.schema.table');
  return { catalog, schema, name };
}

function print({ catalog, schema, name }: ObjectName): string {
  return `${catalog}.${schema}.${name}`;
}
