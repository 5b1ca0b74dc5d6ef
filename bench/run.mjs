// `npm run bench [-- --quick] [--json | --markdown] [--only NAME]`: every row is a ratio of two things measured in one
// run. What is in BY_NAME runs with --only alone, since it takes many minutes.
import { existsSync } from 'node:fs';
import { availableParallelism, cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { prepareData, ROOT } from './support/data.mjs';

const MEASUREMENTS = {
  'bulk-read': async () => (await import('./measure/bulk-read.mjs')).measureBulkRead,
  tls: async () => (await import('./measure/bulk-read.mjs')).measureTls,
  'csv-export': async () => (await import('./measure/csv-export.mjs')).measureCsvExport,
  ingest: async () => (await import('./measure/ingest.mjs')).measureIngest,
  'first-row': async () => (await import('./measure/first-row.mjs')).measureFirstRow,
  'small-statements': async () => (await import('./measure/small-statements.mjs')).measureSmallStatements,
  gate: async () => (await import('./measure/gate.mjs')).measureGate,
  'beside-bulk-reads': async () => (await import('./measure/small-statements.mjs')).measureBesideBulkReads,
  'idle-sessions': async () => (await import('./measure/idle-sessions.mjs')).measureIdleSessions,
  'start-up': async () => (await import('./measure/start-up.mjs')).measureStartUp,
  readers: async () => (await import('./measure/memory.mjs')).measureMemoryOfReaders,
  memory: async () => (await import('./measure/memory.mjs')).measureMemory,
  peers: async () => (await import('./measure/peers.mjs')).measurePeers,
};

const BY_NAME = new Set(['memory']);

const { values: flags } = parseArgs({
  options: {
    quick: { type: 'boolean' },
    json: { type: 'boolean' },
    markdown: { type: 'boolean' },
    only: { type: 'string', multiple: true },
  },
});
if (!existsSync(join(ROOT, 'dist'))) throw new Error('There is no dist/: run `npm run build` first.');
const unknown = (flags.only ?? []).filter((name) => !Object.hasOwn(MEASUREMENTS, name));
if (unknown.length > 0)
  throw new Error(`--only ${unknown[0]}: choose of ${Object.keys(MEASUREMENTS).join(', ')}.`);

const size = flags.quick
  ? {
      rows: 1_000_000,
      rounds: 2,
      seconds: 1,
      warmUpSeconds: 5,
      statementRounds: 1,
      startUpRounds: 5,
      memoryRows: 6_000_000,
      sessions: 200,
      stallSeconds: 6,
    }
  : {
      rows: 6_000_000,
      rounds: 3,
      seconds: 1.2,
      warmUpSeconds: 20,
      statementRounds: 3,
      startUpRounds: 21,
      memoryRows: 100_000_000,
      sessions: 2000,
      stallSeconds: 30,
    };
const database = await prepareData(size.rows);
const rows = [];
for (const [name, load] of Object.entries(MEASUREMENTS)) {
  if (flags.only === undefined ? BY_NAME.has(name) : !flags.only.includes(name)) continue;
  if (!flags.json) process.stderr.write(`measuring ${name} ...\n`);
  try {
    rows.push(...(await (await load())({ ...size, database })));
  } catch (error) {
    // What the others measured is not lost.
    process.stderr.write(`${name} failed: ${error.stack}\n`);
    process.exitCode = 1;
  }
}
const format = flags.markdown ? markdown : table;
process.stdout.write(
  flags.json ? `${JSON.stringify({ machine: machine(), rows }, null, 2)}\n` : format(rows),
);

/** The cells of the table; a bar that is missed says so. */
function cellsOf(lines) {
  const rows = lines.map(({ what, figure, against, ratio, bar, measured = ratio }) => {
    const [, sign, limit] = /^([<>])= ([\d.]+)/.exec(bar) ?? [];
    const missed = sign !== undefined && (sign === '<' ? measured > Number(limit) : measured < Number(limit));
    return [what, figure, against, ratio.toFixed(2), missed ? `${bar}, missed` : bar];
  });
  return [['what', 'measured', 'against', 'ratio', 'bar'], ...rows];
}

/** Ready to be pasted into docs/performance.md. */
function markdown(lines) {
  const [head, ...rows] = cellsOf(lines).map((cells) => `| ${cells.join(' | ')} |`);
  return `${machine()}\n\n${[head, '|---|---|---|---|---|', ...rows].join('\n')}\n`;
}

function table(lines) {
  const cells = cellsOf(lines);
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
