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

  test('of pki the commands that only look load nothing', () => {
    const light = ['cli/pki/spki.ts', 'pki/pin.ts', 'pki/source.ts', 'pki/live.ts'];
    expect(packagesLoadedBy('cli/run-main.ts', 'cli/pki/run-pki.ts', ...light)).toEqual([]);
  });

  test('of pki the commands that sign load what reads and writes certificates, and forge for PKCS#12 only', () => {
    expect(packagesLoadedBy('cli/pki/issue.ts', 'pki/issue-files.ts')).toEqual([
      '@peculiar/asn1-csr',
      '@peculiar/asn1-schema',
      '@peculiar/asn1-x509',
    ]);
    expect(packagesLoadedBy('pki/pkcs12.ts', 'pki/encrypt-key.ts')).toEqual(['node-forge']);
  });

  test('commands load oclif only', () => {
    const commands = [...sources.keys()].filter((path) => path.startsWith('commands/'));
    expect(packagesLoadedBy(...commands)).toEqual(['@oclif/core']);
  });
});
