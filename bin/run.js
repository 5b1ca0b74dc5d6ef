#!/usr/bin/env node
// The launcher is CommonJS because libuv reads UV_THREADPOOL_SIZE once, at its first use, and loading an ES
// module is such a use. Each running DuckDB call holds one thread of that pool; the default of 4 is too few.
'use strict';

const loadHot = require('./load-hot.js');

// GizmoSQL's users ask for help with -?.
const argv = process.argv.slice(2).map((word) => (word === '-?' ? '--help' : word));
const VERSION = /^((client|quickstart|server start) )?(--version|-v|-V)$/;

// What is wanted at once goes around oclif, which alone takes as long to load as Node itself.
const showVersion = () => void process.stdout.write(`gizmo ${require('../package.json').version}\n`);
const SHORTCUTS = {
  client: async (args) => {
    const { runMain, planClient, runClient } =
      loadHot('client') ?? (await importAll('cli/run-main.js', 'cli/plan-client.js', 'client/run-client.js'));
    await runMain(async () => runClient(await planClient(args)));
  },
  pki: async ([verb, ...args]) => {
    const { runMain, findVerb } =
      loadHot('pki') ?? (await importAll('cli/run-main.js', 'cli/pki/run-pki.js'));
    const run = await findVerb(verb);
    await (run === undefined ? runOclif() : runMain(() => run(args)));
  },
};
const importAll = async (...paths) =>
  Object.assign({}, ...(await Promise.all(paths.map((path) => import(`../dist/${path}`)))));
const runOclif = () => import('../dist/cli/main.js').then(({ main }) => main(argv));
// Of the client -h is the host.
const wantsHelp = argv.includes('--help') || (argv[0] !== 'client' && argv.includes('-h'));

if (argv[0] === 'server' || argv[0] === 'quickstart') {
  process.env.UV_THREADPOOL_SIZE ??= '64';
  // A call is a little of very much code. V8 waits until each function has run for long before it optimizes it, which
  // at a hundred calls a second takes minutes; with a third of its patience, seconds.
  require('node:v8').setFlagsFromString('--interrupt-budget=44000');
}
// grpc-js writes headers that it cannot read to standard error, with the credential in them.
if (process.env.GRPC_VERBOSITY === undefined) process.env.GRPC_NODE_VERBOSITY ??= 'NONE';

if (VERSION.test(argv.join(' '))) showVersion();
else if (Object.hasOwn(SHORTCUTS, argv[0] ?? '') && !wantsHelp) SHORTCUTS[argv[0]](argv.slice(1));
else runOclif();
