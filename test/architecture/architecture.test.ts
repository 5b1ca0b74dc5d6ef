/** The whole of src/ against the house rules, and each rule against a small sample that breaks it. */
import { describe, expect, it } from 'vitest';
import { findCycles } from './cycles.js';
import { findImportViolations } from './import-rules.js';
import { blankComments, importsOf, readSources } from './source.js';
import {
  findEnvironmentReads,
  findForbiddenWords,
  findLongFiles,
  findOddNames,
  findUndocumentedExports,
} from './text-rules.js';

const sources = readSources();

describe('src', () => {
  it('imports only in the directions of the design', () => {
    expect(findImportViolations(sources)).toEqual([]);
  });
  it('has no import cycles, type imports included', () => {
    expect(findCycles(sources)).toEqual([]);
  });
  it('has no file longer than 400 lines', () => {
    expect(findLongFiles(sources)).toEqual([]);
  });
  it('reads the environment only in cli and server/config', () => {
    expect(findEnvironmentReads(sources)).toEqual([]);
  });
  it('holds no unfinished work, no switched-off checks, no Math.random and no console', () => {
    expect(findForbiddenWords(sources)).toEqual([]);
  });
  it('says what each exported function, class and value is for', () => {
    expect(findUndocumentedExports(sources)).toEqual([]);
  });
  it('names its files in kebab-case', () => {
    expect(findOddNames(sources)).toEqual([]);
  });
  it('imports only files that exist', () => {
    const paths = new Set(sources.map(({ path }) => path));
    const missing = sources.flatMap((file) =>
      importsOf(file)
        .filter(({ target }) => target?.endsWith('.ts') && !paths.has(target))
        .map(({ specifier }) => `${file.path}: ${specifier}`),
    );
    expect(missing).toEqual([]);
  });
});

describe('importing in the wrong direction', () => {
  const cases: readonly (readonly [string, string, RegExp])[] = [
    ['server/rpc/x.ts', `import { y } from '../../client/connect.js';`, /server may not know client/],
    ['client/x.ts', `import type { Y } from '../server/engine/engine.js';`, /client may not know server/],
    ['client/x.ts', `import { Y } from '../cli/y.js';`, /client may not know cli/],
    ['flight/x.ts', `export { y } from '../sql/lexer.js';`, /flight may not know sql/],
    ['errors.ts', `import { VERSION } from './version.js';`, /errors.ts may not know version.ts/],
    ['commands/x.ts', `import { connect } from '../client/connect.js';`, /loaded by import\(\)/],
    ['server/engine/x.ts', `import { y } from '../auth/y.js';`, /engine may not know server\/auth/],
    ['server/session/x.ts', `import { y } from '../rpc/y.js';`, /session may not know server\/rpc/],
    [
      'server/model/x.ts',
      `import type { Engine } from '../engine/engine.js';`,
      /model may not know server\/engine/,
    ],
    ['server/engine/worker.ts', `import koffi from 'koffi';`, /only server\/engine\/duckdb/],
    ['client/x.ts', `const d = await import('@duckdb/node-api');`, /only server\/engine\/duckdb/],
    ['server/statement/x.ts', `import { status } from '@grpc/grpc-js';`, /speak gRPC/],
    ['client/x.ts', `import { Entry } from '@napi-rs/keyring';`, /only the process of/],
    ['flight/x.ts', `import { readFileSync } from 'node:fs';`, /no files/],
    ['sql/x.ts', `import { y } from '../../scripts/y.js';`, /outside src/],
    ['sql/x.ts', `import { y } from './y';`, /must end in \.js/],
    ['utils/x.ts', `import { y } from '../errors.js';`, /not in the table of folders/],
  ];
  it.each(cases)('%s with %s is found', (path, text, sentence) => {
    expect(findImportViolations([{ path, text }])).toEqual([expect.stringMatching(sentence)]);
  });

  it.each([
    ['commands/x.ts', `const { connect } = await import('../client/connect.js');`],
    ['commands/x.ts', `import type { Options } from '../client/connect.js';`],
    ['server/start-server.ts', `import { y } from './listener/y.js';`],
    ['server/statement/x.ts', `import { y } from '../session/y.js';`],
    ['client/connect/channel.ts', `import { Client } from '@grpc/grpc-js';`],
    ['client/x.ts', `// import { y } from '../server/y.js';`],
  ])('%s with %s is allowed', (path, text) => {
    expect(findImportViolations([{ path, text }])).toEqual([]);
  });
});

describe('the other rules', () => {
  it('a cycle is found, also one made of types', () => {
    const files = [
      { path: 'sql/a.ts', text: `import type { B } from './b.js';` },
      { path: 'sql/b.ts', text: `import { c } from './c.js';` },
      { path: 'sql/c.ts', text: `export * from './a.js';` },
    ];
    expect(findCycles(files)).toEqual(['sql/a.ts -> sql/b.ts -> sql/c.ts -> sql/a.ts']);
    expect(findCycles(files.slice(0, 2))).toEqual([]);
  });
  it('a long file is found unless it is generated', () => {
    const text = 'line\n'.repeat(401);
    expect(findLongFiles([{ path: 'sql/a.ts', text }])).toHaveLength(1);
    expect(findLongFiles([{ path: 'flight/gen/a_pb.ts', text }])).toEqual([]);
    expect(findLongFiles([{ path: 'sql/a.ts', text: 'line\n'.repeat(400) }])).toEqual([]);
  });
  it.each([`process.env.HOME`, `process['env']`, `const { env } = process;`])('%s is found', (text) => {
    expect(findEnvironmentReads([{ path: 'client/a.ts', text }])).toHaveLength(1);
    expect(findEnvironmentReads([{ path: 'server/config/a.ts', text }])).toEqual([]);
  });
  it.each([
    '// TODO later',
    '/* enough for now */',
    'x as any;',
    'x as unknown as Y;',
    '// @ts-ignore',
    'Math.random()',
    'console.log(1)',
    'try {} catch (e) {}',
    'try {} catch {\n}',
    'throw new Error("not implemented")',
  ])('%s is found', (text) => {
    expect(findForbiddenWords([{ path: 'client/a.ts', text }])).toHaveLength(1);
  });
  it('words inside strings and names are left alone', () => {
    const text = `const s = 'console.log'.length; // the console prints\ncatch (error) { report(error); }\ncatch {\n  // Gone already.\n}\n// It has what is called.\nx as unknown as Y;\n/^Not implemented Error/`;
    expect(findForbiddenWords([{ path: 'client/a.ts', text }])).toEqual([]);
  });
  it('an export without a docstring is found', () => {
    const text = `import a from 'a';\n/** First. */\nexport const a = 1;\nexport function b() {}\nexport interface C {}`;
    expect(findUndocumentedExports([{ path: 'sql/a.ts', text }])).toEqual([
      'sql/a.ts:4 is exported without a docstring',
    ]);
    const command = 'export default class X extends Command {';
    expect(findUndocumentedExports([{ path: 'commands/x.ts', text: command }])).toHaveLength(1);
  });
  it('a name in another case is found', () => {
    expect(findOddNames([{ path: 'sql/splitStatements.ts', text: '' }])).toHaveLength(1);
    expect(findOddNames([{ path: 'sql/split-statements.ts', text: '' }])).toEqual([]);
  });
});

describe('the import scanner', () => {
  it('sees every form of import and skips comments and templates', () => {
    const text = [
      `import a, { b } from 'one';`,
      `import {\n  c,\n} from './two.js';`,
      `import type { D } from '../three.js';`,
      `import 'four';`,
      `const e = await import('five');`,
      `type F = import('six').F;`,
      `let g: typeof import('seven');`,
      `const h = require('eight');`,
      `/* import 'no'; */ // import 'no';`,
      'const i = `import "no"`;',
      `const j = text.replace(/['"]/g, '');`,
      `export * from 'nine';`,
    ].join('\n');
    const found = importsOf({ path: 'sql/x.ts', text });
    expect(found.map(({ specifier }) => specifier).sort()).toEqual(
      ['one', './two.js', '../three.js', 'four', 'five', 'six', 'seven', 'eight', 'nine'].sort(),
    );
    expect(found.find(({ specifier }) => specifier === '../three.js')).toMatchObject({
      kind: 'type',
      target: 'three.ts',
    });
    expect(found.find(({ specifier }) => specifier === 'six')?.kind).toBe('type');
    expect(found.find(({ specifier }) => specifier === 'five')?.kind).toBe('dynamic');
  });
  it('keeps line numbers and strings when it blanks comments', () => {
    expect(blankComments(`a /* x\ny */ 'b // c' // d`)).toBe(`a     \n     'b // c'     `);
  });
});
