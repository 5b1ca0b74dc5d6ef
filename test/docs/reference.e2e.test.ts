/** The reference pages say what the program says: flags, environment names, exit codes, types. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SERVER_SETTINGS } from '../../src/cli/server-settings.js';
import { EXIT } from '../../src/errors.js';
import { hasPythonClients } from '../interop/python.js';
import { ROOT } from '../support/root.js';
import { openTerminal, type Terminal } from './terminal.js';

interface Flag {
  readonly name: string;
  readonly char?: string;
  readonly summary: string;
  readonly hidden?: boolean;
}

describe.each([
  ['docs/server.md', 'server:start', SERVER_SETTINGS],
  ['docs/client.md', 'client', {}],
])('%s', (page, command, settings: Readonly<Record<string, readonly string[]>>) => {
  it('lists exactly the flags of the command, in its words, with their environment names', () => {
    const manifest = JSON.parse(readFileSync(join(ROOT, 'oclif.manifest.json'), 'utf8'));
    const flags: Flag[] = Object.values(manifest.commands[command].flags);
    const rows = flags
      .filter(({ hidden }) => hidden !== true)
      .map(({ name, char, summary }) => {
        const names = (settings[name] ?? []).slice(1).map((variable) => `\`${variable}\``);
        const cells = [
          `${char === undefined ? '' : `\`-${char}\`, `}\`--${name}\``,
          summary.replaceAll('|', '\\|'),
        ];
        return `| ${[...cells, ...(names.length > 0 ? [names.join(', ')] : [])].join(' | ')} |`;
      });
    const listed = read(page)
      .split('\n')
      .filter((line) => /^\| (`-\w`, )?`--/.test(line));
    expect(listed).toEqual(rows);
  });
});

describe('docs/exit-codes.md', () => {
  it('lists exactly the exit codes there are', () => {
    const codes = [...read('docs/exit-codes.md').matchAll(/^\| (\d+) \|/gm)].map(([, code]) => Number(code));
    expect(codes).toEqual([...new Set(Object.values(EXIT))].sort((a, b) => a - b));
  });
});

describe('docs/types.md', () => {
  const rows = read('docs/types.md')
    .split('\n')
    .map((line) => /^\| `([^`]+)` \| `([^`]+)` \| `(.+?)` \| (?:`(.*)` )?\|$/.exec(line))
    .flatMap((match) =>
      match === null ? [] : [{ name: match[1], arrow: match[2], sql: match[3], shown: match[4] ?? '' }],
    );
  const select = `select ${rows.map(({ sql }, i) => `${sql} as c${i}`).join(', ')}`;
  let terminal: Terminal;
  beforeAll(async () => {
    terminal = await openTerminal();
    await terminal.bash('export GIZMO_PASSWORD=types\ngizmo server start --username ann');
  });
  afterAll(() => terminal?.close());

  it('shows each example as the client shows it', async () => {
    const shown = await terminal.sql(`.mode list\n.headers off\nset TimeZone = 'UTC';\n${select};\n`);
    expect(shown.trimEnd().split('|')).toEqual(rows.map((row) => row.shown));
  });
  it.skipIf(!hasPythonClients())('names each Arrow type as pyarrow names what it receives', async () => {
    const types = await terminal.program(PYTHON, 'py', pythonProgram(select));
    expect(JSON.parse(types)).toEqual(rows.map((row) => row.arrow));
  });
});

const PYTHON = join(ROOT, '.cache', 'venv', 'bin', 'python');

/** Prints the Arrow types of a result as JSON. */
function pythonProgram(sql: string): string {
  return `import json
import adbc_driver_flightsql.dbapi as flight_sql
login = {"username": "ann", "password": "types"}
with flight_sql.connect("grpc://127.0.0.1:31337", db_kwargs=login, autocommit=True) as connection:
    with connection.cursor() as cursor:
        cursor.execute(json.loads(${JSON.stringify(JSON.stringify(sql))}))
        print(json.dumps([str(field.type) for field in cursor.fetch_arrow_table().schema]))
`;
}

function read(file: string): string {
  return readFileSync(join(ROOT, file), 'utf8');
}
