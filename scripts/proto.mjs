// Regenerates src/flight/gen from src/flight/proto. Needs `protoc` (Debian: protobuf-compiler) on PATH.
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const out = `${root}src/flight/gen`;
const windows = process.platform === 'win32';
const plugin = `${root}node_modules/.bin/protoc-gen-es${windows ? '.cmd' : ''}`;

if (spawnSync('protoc', ['--version']).error !== undefined) {
  console.error('protoc was not found on PATH. Install the protobuf compiler (Debian: protobuf-compiler).');
  process.exit(1);
}
rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
const { status } = spawnSync(
  'protoc',
  [
    `--proto_path=${root}src/flight/proto`,
    `--plugin=protoc-gen-es=${plugin}`,
    `--es_out=${out}`,
    '--es_opt=target=ts,import_extension=js,erasable_syntax=true',
    'flight.proto',
    'flight_sql.proto',
    'health.proto',
    'reflection.proto',
  ],
  { stdio: 'inherit' },
);
process.exit(status ?? 1);
