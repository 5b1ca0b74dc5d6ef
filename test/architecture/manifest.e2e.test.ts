/** oclif reads oclif.manifest.json instead of loading every command: it must say what the commands say. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { Plugin } from '@oclif/core';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../support/root.js';

describe('oclif.manifest.json', () => {
  it('is what the commands in dist say today (else: npm run build && npm run manifest)', async () => {
    const plugin = new Plugin({
      root: ROOT,
      type: 'core',
      ignoreManifest: true,
      errorOnManifestCreate: true,
      respectNoCacheDefault: true,
    });
    await plugin.load();
    expect(readManifest()).toEqual(JSON.parse(JSON.stringify(plugin.manifest)));
  });

  it('holds one command for each file in src/commands', () => {
    const commands = join(ROOT, 'src', 'commands');
    const files = readdirSync(commands, { recursive: true, encoding: 'utf8' }).filter((name) =>
      name.endsWith('.ts'),
    );
    const ids = files.map((name) =>
      name
        .replace(/(\/index)?\.ts$/, '')
        .split(sep)
        .join(':'),
    );
    expect(Object.keys(readManifest().commands).sort()).toEqual(ids.sort());
  });

  it('gives every command a description and every flag one too', () => {
    const silent = Object.entries(readManifest().commands).flatMap(([id, command]) => [
      ...(command.description || command.summary ? [] : [id]),
      ...Object.entries(command.flags)
        .filter(([, flag]) => !flag.description && !flag.summary && !flag.hidden)
        .map(([name]) => `${id} --${name}`),
    ]);
    expect(silent).toEqual([]);
  });
});

interface Described {
  readonly description?: string;
  readonly summary?: string;
  readonly hidden?: boolean;
}

interface Manifest {
  readonly commands: Readonly<
    Record<string, Described & { readonly flags: Readonly<Record<string, Described>> }>
  >;
}

function readManifest(): Manifest {
  return JSON.parse(readFileSync(join(ROOT, 'oclif.manifest.json'), 'utf8'));
}
