// Makes the table of docs/clients.md, client by feature, of what the last run of test/interop has noted in
// .cache/compatibility. With --check it changes nothing and fails where the page does not say what the run saw.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const NOTES = join(ROOT, '.cache', 'compatibility');
const PAGE = join(ROOT, 'docs', 'clients.md');
const BEGIN = '<!-- table: begin -->';
const END = '<!-- table: end -->';

const columns = readNotes();
const features = readFeatures();
const page = readFileSync(PAGE, 'utf8');
const [before, rest = ''] = page.split(BEGIN);
const [, after] = rest.split(END);
if (after === undefined) throw new Error(`docs/clients.md lacks ${BEGIN} … ${END}`);
const updated = `${before}${BEGIN}\n\n${renderTable()}\n\n${END}${after}`;

if (!process.argv.includes('--check')) {
  writeFileSync(PAGE, updated);
} else if (updated !== page) {
  process.stderr.write(`The table of docs/clients.md is stale. Run the interop tests, then node scripts/clients-table.mjs; or see
what has changed: the run says\n\n${renderTable()}\n`);
  process.exitCode = 1;
}

/** client → feature → whether all of its tests passed */
function readNotes() {
  const clients = new Map();
  for (const name of existsSync(NOTES) ? readdirSync(NOTES).sort() : []) {
    const { client, features: noted } = JSON.parse(readFileSync(join(NOTES, name), 'utf8'));
    const known = clients.get(client) ?? new Map();
    for (const [feature, passed] of Object.entries(noted)) {
      known.set(feature, passed && (known.get(feature) ?? true));
    }
    clients.set(client, known);
  }
  return new Map([...clients].sort(([a], [b]) => a.localeCompare(b, 'en')));
}

/** The rows, in the order in which the type lists them. */
function readFeatures() {
  const source = readFileSync(join(ROOT, 'test', 'interop', 'compatibility.ts'), 'utf8');
  const [, union = ''] = /export type Feature =([^;]+);/.exec(source) ?? [];
  return [...union.matchAll(/'([^']+)'/g)].map(([, feature]) => feature);
}

function renderTable() {
  const clients = [...columns.keys()];
  const rows = features.map((feature) => [
    feature,
    ...clients.map((client) => cell(columns.get(client).get(feature))),
  ]);
  const header = ['', ...clients];
  const lines = [header, header.map((_, i) => (i === 0 ? '---' : ':-:')), ...rows];
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function cell(passed) {
  if (passed === undefined) return '';
  return passed ? 'yes' : 'FAILS';
}
