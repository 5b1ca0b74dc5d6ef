#!/usr/bin/env node
// The launcher is CommonJS because libuv reads UV_THREADPOOL_SIZE once, at its first use, and loading an ES
// module is such a use. Each running DuckDB call holds one thread of that pool; the default of 4 is too few.
'use strict';

const argv = process.argv.slice(2);

// What needs no command at all answers from here, before anything heavy loads.
const ANSWERS = { '--version': () => `gizmo ${require('../package.json').version}\n` };
const answer = argv.length === 1 && Object.hasOwn(ANSWERS, argv[0]) ? ANSWERS[argv[0]] : undefined;

if (answer !== undefined) {
  process.stdout.write(answer());
} else {
  if (argv[0] === 'server' || argv[0] === 'quickstart') process.env.UV_THREADPOOL_SIZE ??= '64';
  import('../dist/cli/main.js').then(({ main }) => main(argv));
}
