// `npm run bench [-- --quick] [--json] [--only NAME]`: every row is a ratio of two things measured in one run.
import { existsSync } from 'node:fs';
import { availableParallelism, cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { prepareData, ROOT } from './support/data.mjs';

const MEASUREMENTS = {
  'bulk-read': async () => (await import('./measure/bulk-read.mjs')).measureBulkRead,
  'small-statements': async () => (await import('./measure/small-statements.mjs')).measureSmallStatements,
  'start-up': async () => (await import('./measure/start-up.mjs')).measureStartUp,
  memory: async () => (await import('./measure/memory.mjs')).measureMemory,
  peers: async () => (await import('./measure/peers.mjs')).measurePeers,
};

const { values: flags } = parseArgs({
  options: {
    quick: { type: 'boolean' },
    json: { type: 'boolean' },
    only: { type: 'string', multiple: true },
  },
});
if (!existsSync(join(ROOT, 'dist'))) throw new Error('There is no dist/: run `npm run build` first.');
const unknown = (flags.only ?? []).filter((name) => !Object.hasOwn(MEASUREMENTS, name));
if (unknown.length > 0)
  throw new Error(`--only ${unknown[0]}: choose of ${Object.keys(MEASUREMENTS).join(', ')}.`);

const size = flags.quick
  ? { rows: 1_000_000, rounds: 2, seconds: 1, startUpRounds: 5, memoryRows: 6_000_000 }
  : { rows: 6_000_000, rounds: 5, seconds: 4, startUpRounds: 21, memoryRows: 50_000_000 };
const database = await prepareData(size.rows);
const rows = [];
for (const [name, load] of Object.entries(MEASUREMENTS)) {
  if (flags.only !== undefined && !flags.only.includes(name)) continue;
  if (!flags.json) process.stderr.write(`measuring ${name} ...\n`);
  rows.push(...(await (await load())({ ...size, database })));
}
process.stdout.write(flags.json ? `${JSON.stringify({ machine: machine(), rows }, null, 2)}\n` : table(rows));

function table(lines) {
  const cells = [
    ['what', 'measured', 'against', 'ratio', 'bar'],
    ...lines.map(({ what, figure, against, ratio, bar }) => [what, figure, against, ratio.toFixed(2), bar]),
  ];
  const widths = cells[0].map((_, column) => Math.max(...cells.map((row) => row[column].length)));
  const text = cells.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column]))
      .join('  ')
      .trimEnd(),
  );
  const rule = widths.map((width) => '-'.repeat(width)).join('  ');
  return `${machine()}\n\n${[text[0], rule, ...text.slice(1)].join('\n')}\n`;
}

function machine() {
  const gib = Math.round(totalmem() / 2 ** 30);
  return `${availableParallelism()} cores, ${cpus()[0]?.model.trim()}, ${gib} GiB, Node ${process.versions.node}`;
}
