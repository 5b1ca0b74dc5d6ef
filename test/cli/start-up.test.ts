import { describe, expect, test } from 'vitest';
import { importsOf, readSources } from '../architecture/source.js';

const sources = new Map(readSources().map((file) => [file.path, file]));

/** Packages that load with these files before any of their code runs. */
function packagesLoadedBy(...entries: string[]): string[] {
  const packages = new Set<string>();
  const seen = new Set<string>();
  const visit = (path: string): void => {
    const file = sources.get(path);
    if (file === undefined || seen.has(path)) return;
    seen.add(path);
    for (const found of importsOf(file)) {
      if (found.kind !== 'static') continue;
      if (found.target !== undefined) visit(found.target);
      else if (!found.specifier.startsWith('node:')) packages.add(packageName(found.specifier));
    }
  };
  for (const entry of entries) visit(entry);
  expect(seen.size).toBeGreaterThan(entries.length);
  return [...packages].sort();
}

function packageName(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

describe('start-up', () => {
  test('the client loads what speaks Flight SQL and nothing else', () => {
    expect(packagesLoadedBy('cli/run-main.ts', 'cli/plan-client.ts', 'client/run-client.ts')).toEqual([
      '@bufbuild/protobuf',
      '@grpc/grpc-js',
      'flatbuffers',
    ]);
  });

  test('a format that streams loads nothing more', () => {
    expect(packagesLoadedBy('client/render/delimited.ts', 'client/render/json.ts')).toEqual([]);
  });

  test('commands load oclif only', () => {
    const commands = [...sources.keys()].filter((path) => path.startsWith('commands/'));
    expect(packagesLoadedBy(...commands)).toEqual(['@oclif/core']);
  });
});
