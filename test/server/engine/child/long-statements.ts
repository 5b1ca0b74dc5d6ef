/** Runs 16 statements that never end, and shows that small things still happen; run with a sized libuv pool. */
import { stat } from 'node:fs/promises';
import { ENGINES, queryTexts } from '../../../support/engines.js';

const open = ENGINES[Number(process.argv[2])]?.[1];
if (open === undefined) throw new Error('say which engine');
const engine = await open({ concurrentCallsMax: 20 });
let ended = 0;
const running = await Promise.all(
  Array.from({ length: 16 }, async () => {
    const session = await engine.openSession();
    const statement = await session.prepare('select count(*) from range(10000000000) a, range(1000) b');
    return { statement, session };
  }),
);
const results = running.map(({ statement }) => statement.execute().finally(() => (ended += 1)));
const session = await engine.openSession();
const answer = await queryTexts(session, 'select 42');
await stat('.');
console.log(JSON.stringify({ answer, ended }));
const settled = Promise.allSettled(results);
await engine.close();
await settled;
