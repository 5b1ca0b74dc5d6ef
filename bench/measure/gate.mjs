// What checking each statement costs: `select 42` of people who may not do everything, against an administrator's.
import { openClient } from '../support/client.mjs';
import { runChild, startServer } from '../support/processes.mjs';
import { alternate, median, medianRatio } from '../support/statistics.mjs';

/** Who asks besides the administrator; a catalog with a grant hides everything else in it from them. */
const RESTRICTED = {
  reader: 'readonly, and nothing hidden',
  guest: 'user, limited by grants',
};
const SETUP = [
  'create table t as select 1 as a',
  'create user reader role readonly',
  'create user guest role user',
];

export async function measureGate({ seconds, statementRounds: rounds }) {
  const rows = [];
  for (const name of Object.keys(RESTRICTED)) rows.push(await measureOne(name, seconds, rounds));
  return rows;
}

async function measureOne(name, seconds, rounds) {
  const server = await startServer();
  try {
    const client = await openClient(server);
    for (const sql of SETUP) await client.execute(sql);
    if (name === 'guest') await client.execute('grant select on memory.main.t to guest');
    const token = await tokenOf(client, name);
    await client.close();
    const ask = (who) =>
      runChild('statements-gizmo.mjs', { server: who, kind: 'select 42', clients: 1, seconds });
    const results = await alternate(rounds, {
      administrator: () => ask(server),
      restricted: () => ask({ ...server, token }),
    });
    const perSecond = ({ perSecond: figure }) => figure;
    return {
      what: `select 42, ${RESTRICTED[name]}`,
      figure: `${Math.round(median(results.restricted.map(perSecond)))} /s`,
      against: `administrator ${Math.round(median(results.administrator.map(perSecond)))} /s`,
      ratio: medianRatio(results.restricted.map(perSecond), results.administrator.map(perSecond)),
      bar: '',
    };
  } finally {
    await server.stop();
  }
}

/** An API token of theirs. */
async function tokenOf(client, name) {
  for await (const { token } of (await client.query(`create token for ${name}`)).rows()) return token;
  throw new Error('CREATE TOKEN answered nothing');
}
