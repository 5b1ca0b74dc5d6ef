// What checking each statement costs: statements of people who may not do everything, against an administrator's.
import { openClient } from '../support/client.mjs';
import { runChild, startServer } from '../support/processes.mjs';
import { alternate, median, medianRatio } from '../support/statistics.mjs';

const SETUP = [
  'create table t as select 1 as a',
  'create table behind as select i as id from range(1000) t(i)',
  'create table ruled as select i as id from range(1000) t(i)',
  'create view lent as from behind where id % 2 = 0',
  'create user reader role readonly',
  'create user guest role user',
];
/** A catalog with a grant hides everything else in it from them. */
const GRANTS = [
  'grant select on memory.main.t to guest',
  'grant select on memory.main.lent to guest',
  'grant select on memory.main.ruled to guest',
];
const POLICY = 'create policy odd on memory.main.ruled using (id >= 500)';

/** Who asks what, and what has been done before. */
const CASES = [
  {
    who: 'reader',
    what: 'readonly, and nothing hidden',
    kinds: ['select 42', 'select, new text'],
    before: [],
  },
  { who: 'guest', what: 'user, limited by grants', kinds: ['select 42', 'select, new text'], before: GRANTS },
  { who: 'guest', what: 'user', kinds: ['lent view', 'lent view, new text'], before: GRANTS },
  {
    who: 'guest',
    what: 'user',
    kinds: ['table under a policy', 'table under a policy, new text'],
    before: [...GRANTS, POLICY],
  },
];

export async function measureGate({ seconds, statementRounds: rounds }) {
  const rows = [];
  for (const each of CASES) rows.push(...(await measureCase(each, seconds, rounds)));
  return rows;
}

async function measureCase({ who, what, kinds, before }, seconds, rounds) {
  const server = await startServer();
  try {
    const client = await openClient(server);
    for (const sql of [...SETUP, ...before]) await client.execute(sql);
    const token = await tokenOf(client, who);
    await client.close();
    const rows = [];
    for (const kind of kinds) {
      const ask = (asking) => runChild('statements-gizmo.mjs', { server: asking, kind, clients: 1, seconds });
      const results = await alternate(rounds, {
        administrator: () => ask(server),
        restricted: () => ask({ ...server, token }),
      });
      const perSecond = ({ perSecond: figure }) => figure;
      rows.push({
        what: `${kind}, ${what}`,
        figure: `${Math.round(median(results.restricted.map(perSecond)))} /s`,
        against: `administrator ${Math.round(median(results.administrator.map(perSecond)))} /s`,
        ratio: medianRatio(results.restricted.map(perSecond), results.administrator.map(perSecond)),
        bar: '',
      });
    }
    return rows;
  } finally {
    await server.stop();
  }
}

/** An API token of theirs. */
async function tokenOf(client, name) {
  for await (const { token } of (await client.query(`create token for ${name}`)).rows()) return token;
  throw new Error('CREATE TOKEN answered nothing');
}
