/** The list of production dependencies: each is imported, each has its reason in the README, none is forgotten. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { importsOf, readSources } from '../architecture/source.js';
import { readPackageJson } from '../support/package-json.js';
import { ROOT } from '../support/root.js';

const { dependencies, devDependencies, scripts } = readPackageJson();
const launchers = readdirSync(join(ROOT, 'bin'))
  .filter((name) => name.endsWith('.js') && name !== 'dev.js')
  .map((name) => ({ path: `bin/${name}`, text: readFileSync(join(ROOT, 'bin', name), 'utf8') }));
const imported = new Set(
  [...readSources(), ...launchers]
    .flatMap((file) => importsOf(file))
    .filter(({ target, specifier }) => target === undefined && !isBuiltin(specifier))
    .map(({ specifier }) => packageOf(specifier)),
);

describe('production dependencies', () => {
  it('include every package that src and bin import', () => {
    expect([...imported].filter((name) => !Object.hasOwn(dependencies, name))).toEqual([]);
  });
  it('are each imported by src or bin', () => {
    expect(Object.keys(dependencies).filter((name) => !imported.has(name))).toEqual([]);
  });
  it('are listed in the README with a reason, and nothing else is', () => {
    expect(dependencyTable()).toEqual(Object.keys(dependencies).sort());
  });
  it('run no script of their own when they are installed', () => {
    const scripted = Object.keys(dependencies).filter((name) => {
      const manifest = JSON.parse(readFileSync(join(ROOT, 'node_modules', name, 'package.json'), 'utf8'));
      return ['preinstall', 'install', 'postinstall'].some((hook) => manifest.scripts?.[hook] !== undefined);
    });
    // koffi's script only looks for its prebuilt binary and builds nothing where that is found.
    expect(scripted.filter((name) => name !== 'koffi')).toEqual([]);
  });
});

describe('the package', () => {
  it('runs no script where it is installed', () => {
    expect(Object.keys(scripts).filter((name) => /^(pre|post)?install$/.test(name))).toEqual([]);
  });
  it('has a lock file that names no registry host', () => {
    expect(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')).not.toMatch(/"resolved":/);
  });
  it('has each development dependency installed', () => {
    const missing = Object.keys(devDependencies).filter(
      (name) => !existsSync(join(ROOT, 'node_modules', name)),
    );
    expect(missing).toEqual([]);
  });
});

/** Names in the first column of the table under "## Dependencies". */
function dependencyTable(): string[] {
  const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');
  const section = /^## Dependencies$([\s\S]*?)(?=^## |$(?![\s\S]))/m.exec(readme)?.[1] ?? '';
  return [...section.matchAll(/^\| `([^`]+)` \| \S/gm)].map(([, name = '']) => name).sort();
}

function isBuiltin(specifier: string): boolean {
  return specifier.startsWith('node:') || builtinModules.includes(specifier);
}

function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}
