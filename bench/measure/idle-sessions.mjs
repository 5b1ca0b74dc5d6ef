// What sessions that do nothing cost: the server's memory, and the statements of somebody else.
import { existsSync } from 'node:fs';
import { runChild, startServer } from '../support/processes.mjs';

export async function measureIdleSessions({ database, seconds, sessions }) {
  if (!existsSync('/proc/self/status')) return [];
  const server = await startServer(database);
  try {
    const { before, after, alone, beside } = await runChild('idle-sessions.mjs', {
      server,
      sessions,
      seconds,
    });
    const each = (after - before) / sessions / 1024;
    return [
      {
        what: `memory of each of ${sessions} idle sessions`,
        figure: `${Math.round(each)} KiB`,
        against: `RSS before ${Math.round(before / 2 ** 20)} MiB`,
        ratio: (after - before) / before,
        bar: '<= 200 KiB',
        measured: each,
      },
      {
        what: `p99 of select 42 beside ${sessions} idle sessions`,
        figure: `${beside.p99.toFixed(1)} ms (p50 ${beside.p50.toFixed(1)})`,
        against: `without ${alone.p99.toFixed(1)} ms (p50 ${alone.p50.toFixed(1)})`,
        ratio: beside.p99 / alone.p99,
        bar: 'unharmed',
      },
    ];
  } finally {
    await server.stop();
  }
}
