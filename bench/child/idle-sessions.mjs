// Opens sessions that do nothing, and tells what they cost the server and a statement of somebody else.
import { readFileSync } from 'node:fs';
import { openClient } from '../support/client.mjs';
import { KINDS, measureCalls } from '../support/small-statements.mjs';

const { server, sessions, seconds } = JSON.parse(process.argv[2]);
const other = await openClient(server);
const ask = () => measureCalls([other], seconds, (client) => client.execute(KINDS['select 42'].text()));
const alone = await ask();
const before = resident();
const idle = [];
for (let opened = 0; opened < sessions; opened = idle.length)
  idle.push(
    ...(await Promise.all(Array.from({ length: Math.min(20, sessions - opened) }, () => openIdle()))),
  );
const after = resident();
const beside = await ask();
process.stdout.write(`${JSON.stringify({ before, after, alone, beside })}\n`);
process.exit(0);

/** One that has been used once: a login alone may leave out what a session needs. */
async function openIdle() {
  const client = await openClient(server);
  await client.execute('select 1');
  return client;
}

function resident() {
  const [, kibibytes] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${server.pid}/status`, 'utf8'));
  return Number(kibibytes) * 1024;
}
