/** Who may import whom: the arrows of the design, as a table and the one function that checks it. */
import type { Import, SourceFile } from './source.js';
import { importsOf } from './source.js';

/** Sentences that name each import which is not allowed; none when all is well. */
export function findImportViolations(files: readonly SourceFile[]): string[] {
  return files.flatMap((file) =>
    importsOf(file).flatMap((found) => {
      const reason =
        found.target === undefined
          ? packageViolation(file.path, found.specifier)
          : folderViolation(file.path, found, found.target);
      return reason === undefined ? [] : [`${file.path} imports ${found.specifier}: ${reason}`];
    }),
  );
}

/** Top-level folder or file of src/ → what it may import besides itself. `lazy` only by import(), or as a type. */
const FOLDERS: Record<string, { now: readonly string[]; lazy?: readonly string[] }> = {
  'errors.ts': { now: [] },
  'keep-latest.ts': { now: [] },
  'errno.ts': { now: [] },
  'version.ts': { now: [] },
  'nearest.ts': { now: [] },
  'file-format.ts': { now: ['errors.ts'] },
  'runtime-file.ts': { now: ['errors.ts', 'errno.ts'] },
  'state-directory.ts': { now: [] },
  'lock-file.ts': { now: ['errors.ts', 'errno.ts'] },
  sql: { now: ['errors.ts'] },
  flight: { now: ['errors.ts', 'keep-latest.ts'] },
  oidc: { now: ['errors.ts', 'runtime-file.ts'] },
  pki: { now: ['errors.ts', 'errno.ts', 'lock-file.ts'] },
  cli: {
    now: ['errors.ts', 'file-format.ts', 'version.ts', 'nearest.ts', 'runtime-file.ts', 'state-directory.ts'],
    lazy: ['pki', 'client'],
  },
  server: {
    now: [
      'flight',
      'sql',
      'pki',
      'oidc',
      'errors.ts',
      'errno.ts',
      'keep-latest.ts',
      'version.ts',
      'runtime-file.ts',
    ],
  },
  client: {
    now: [
      'flight',
      'sql',
      'pki',
      'oidc',
      'errors.ts',
      'errno.ts',
      'file-format.ts',
      'lock-file.ts',
      'state-directory.ts',
      'version.ts',
      'nearest.ts',
      'runtime-file.ts',
    ],
  },
  quickstart: {
    now: ['server', 'client', 'flight', 'sql', 'errors.ts', 'version.ts', 'runtime-file.ts'],
  },
  commands: { now: ['cli', 'errors.ts', 'version.ts'], lazy: ['server', 'client', 'pki', 'quickstart'] },
};

/** Inside server/: a file may import its own folder and every lower number. */
const SERVER_LAYERS: Record<string, number> = {
  listener: 6,
  rpc: 5,
  http: 5,
  statement: 4,
  session: 4,
  auth: 3,
  access: 3,
  sso: 3,
  hooks: 3,
  approval: 3,
  audit: 3,
  engine: 3,
  state: 3.5,
  config: 2,
  telemetry: 1,
  model: 0,
};
const SERVER_WIRING = 7;

/** Packages that only some files may import; every other package of the dependency list is free. */
const PACKAGES: readonly { name: RegExp; only: RegExp; where: string }[] = [
  {
    name: /^(@duckdb\/|koffi(\/|$))/,
    only: /^server\/engine\/duckdb\//,
    where: 'only server/engine/duckdb touches DuckDB and raw memory',
  },
  {
    name: /^@grpc\/grpc-js$/,
    only: /^(server\/(listener|rpc)\/|flight\/|client\/connect\/)/,
    where: 'only server/listener, server/rpc, flight and client/connect speak gRPC',
  },
  {
    name: /^openid-client$/,
    only: /^(oidc|server\/sso|client\/login)\//,
    where: 'only oidc and the logins of both sides speak to identity providers',
  },
  {
    name: /^@napi-rs\/keyring$/,
    only: /^client\/credentials\/keychain-process\.ts$/,
    where: 'only the process of client/credentials/keychain-process touches the keychain, which may hang',
  },
  {
    name: /^node:fs(\/|$)/,
    only: /^(?!flight\/|sql\/)/,
    where: 'flight and sql know no files',
  },
  {
    name: /^node:fs(\/|$)/,
    only: /^(?!pki\/)|^pki\/store\.ts$/,
    where: 'only pki/store touches files',
  },
];

function packageViolation(path: string, specifier: string): string | undefined {
  return PACKAGES.find(({ name, only }) => name.test(specifier) && !only.test(path))?.where;
}

function folderViolation(path: string, found: Import, target: string): string | undefined {
  if (target.startsWith('..')) return 'outside src';
  if (!/\.(js|json)$/.test(found.specifier)) return 'the specifier must end in .js';
  const from = topOf(path);
  const to = topOf(target);
  if (from === to) return from === 'server' ? serverViolation(path, target) : undefined;
  const allowed = FOLDERS[from];
  if (allowed === undefined) return `src/${from} is not in the table of folders`;
  if (allowed.now.includes(to)) return undefined;
  if (!allowed.lazy?.includes(to)) return `${from} may not know ${to}`;
  return found.kind === 'static' ? `${to} must be loaded by import() inside run()` : undefined;
}

/** Statement and session sit side by side and may meet; the peers below them never do. */
function serverViolation(path: string, target: string): string | undefined {
  const from = path.split('/')[1] ?? '';
  const to = target.split('/')[1] ?? '';
  if (from === to) return undefined;
  const fromLayer = SERVER_LAYERS[from] ?? SERVER_WIRING;
  const toLayer = SERVER_LAYERS[to] ?? SERVER_WIRING;
  if (toLayer < fromLayer || fromLayer === SERVER_WIRING) return undefined;
  if (fromLayer === SERVER_LAYERS.session && toLayer === SERVER_LAYERS.session) return undefined;
  return `server/${from} may not know server/${to}`;
}

function topOf(path: string): string {
  return path.split('/')[0] ?? path;
}
