/** What `import 'gizmo-sql'` loads, at once and later: the client, and nothing of the command line or the server. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../support/root.js';
import { importsOf, readSources } from './source.js';

const sources = new Map(readSources().map((file) => [file.path, file]));
const files = new Set<string>();
const packages = new Set<string>();
const visit = (path: string): void => {
  const file = sources.get(path);
  if (file === undefined || files.has(path)) return;
  files.add(path);
  for (const { kind, target, specifier } of importsOf(file)) {
    // Stored logins are loaded by who asks for one.
    if (kind === 'type' || (kind === 'dynamic' && target?.startsWith('client/credentials/'))) continue;
    if (target !== undefined) visit(target);
    else if (!specifier.startsWith('node:'))
      packages.add(
        specifier
          .split('/')
          .slice(0, specifier.startsWith('@') ? 2 : 1)
          .join('/'),
      );
  }
};
const entry = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')).exports['.'];
visit(entry.default.replace(/^\.\/dist\//, '').replace(/\.js$/, '.ts'));

describe('the library', () => {
  it('is found where package.json says', () => {
    expect([...files]).toEqual(expect.arrayContaining(['client/index.ts', 'client/connect/channel.ts']));
    expect(entry.types).toBe(entry.default.replace(/\.js$/, '.d.ts'));
  });
  it('loads nothing of the command line, the shell or the server', () => {
    const foreign = /^(cli|commands|server|quickstart)\/|^client\/(repl|render|meta|shell|credentials)\//;
    expect([...files].filter((path) => foreign.test(path))).toEqual([]);
  });
  it('needs few packages, and apache-arrow is not among them', () => {
    expect([...packages].sort()).toEqual(['@bufbuild/protobuf', '@grpc/grpc-js', 'flatbuffers']);
  });
  it('can be loaded by require(): nothing waits at the top of a module', () => {
    const waiting = [...files].filter((path) =>
      /^(export )?(const|let)[^=]*= await |^await /m.test(sources.get(path)?.text ?? ''),
    );
    expect(waiting).toEqual([]);
  });
});
