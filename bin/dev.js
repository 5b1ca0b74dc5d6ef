#!/usr/bin/env node
// The same as run.js, from src/ without a build.
'use strict';

const argv = process.argv.slice(2);
if (argv[0] === 'server' || argv[0] === 'quickstart') process.env.UV_THREADPOOL_SIZE ??= '64';
// grpc-js writes headers that it cannot read to standard error, with the credential in them.
if (process.env.GRPC_VERBOSITY === undefined) process.env.GRPC_NODE_VERBOSITY ??= 'NONE';

import('tsx/esm/api').then(async ({ register }) => {
  register();
  const { main } = await import('../src/cli/main.ts');
  await main(argv);
});
