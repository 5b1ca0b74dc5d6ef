// Makes dist/hot: each hot command of bin/run.js as one file, and V8's code for it, which is of use to whoever runs
// the same version of Node. Without either the launcher loads the modules themselves.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const HOT = {
  client: { 'cli/run-main': 'runMain', 'cli/plan-client': 'planClient', 'client/run-client': 'runClient' },
  pki: { 'cli/run-main': 'runMain', 'cli/pki/run-pki': 'findVerb' },
};

export async function bundleHot(dist) {
  const folder = join(dist, 'hot');
  for (const [name, modules] of Object.entries(HOT)) {
    const contents = Object.entries(modules)
      .map(([path, exported]) => `export { ${exported} } from './${path}.js';`)
      .join('\n');
    await build({
      ...options(folder),
      stdin: { contents, resolveDir: dist },
      outfile: join(folder, `${name}.cjs`),
    });
  }
  // A stored login costs a process; this one starts in half the time of its modules.
  await build({
    ...options(folder),
    entryPoints: [join(dist, 'client', 'credentials', 'keychain-process.js')],
    outfile: join(folder, 'keychain-process.cjs'),
  });
  await build({
    ...options(folder),
    format: 'esm',
    entryPoints: [join(dist, 'client', 'render', 'thread', 'render-thread.js')],
    outfile: join(folder, 'render-thread.mjs'),
  });
}

function options(folder) {
  return {
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    // Names stay: the stack of a defect is to be read.
    minifyWhitespace: true,
    minifySyntax: true,
    legalComments: 'eof',
    // V8's code has no callback for import() to call; require loads ES modules too, from where the bundle lies.
    supported: { 'dynamic-import': false },
    // Native code cannot be bundled; what a login at an identity provider takes is seldom wanted.
    external: ['koffi', '@duckdb/*', '@napi-rs/*', '*.node', 'open', 'openid-client'],
    plugins: [moduleUrls(folder)],
    logLevel: 'warning',
  };
}

/** Runs each command once, in a process of its own, and keeps what V8 has compiled by then. */
export function cacheCode() {
  for (const name of Object.keys(HOT)) {
    const script = join(ROOT, 'scripts', 'cache-code.cjs');
    spawnSync(process.execPath, [script, name], { stdio: 'ignore', timeout: 30_000 });
  }
}

/** `import.meta.url` of a module stays what it was, from where the bundle lies. */
function moduleUrls(folder) {
  return {
    name: 'module-urls',
    setup({ onLoad }) {
      onLoad({ filter: /\.js$/ }, ({ path }) => {
        const text = readFileSync(path, 'utf8');
        if (!text.includes('import.meta.url')) return undefined;
        const place = JSON.stringify(relative(folder, path));
        const url = `require('node:url').pathToFileURL(require('node:path').join(__dirname, ${place})).href`;
        return { contents: text.replaceAll('import.meta.url', `(${url})`), resolveDir: dirname(path) };
      });
    },
  };
}
