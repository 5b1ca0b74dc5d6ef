// Loads a hot command as the launcher does, uses it, and writes V8's code of what was used beside it.
'use strict';

const { writeFileSync } = require('node:fs');
const { join } = require('node:path');
const loadHot = require('../bin/load-hot.js');

const [name] = process.argv.slice(2);
/** Something each command does without anything but itself: a server that is not there, help. */
const USES = {
  client: async ({ planClient, runClient }) => runClient(await planClient(['--port', '1', '-c', 'select 1'])),
  pki: async ({ findVerb }) => (await findVerb('spki'))?.(['/nothing']),
};

let script;
const hot = loadHot(name, (compiled) => {
  script = compiled;
});
USES[name](hot)
  .catch(() => undefined)
  .then(() => {
    writeFileSync(join(__dirname, '..', 'dist', 'hot', `${name}.cjs.code`), script.createCachedData());
    process.exit(0);
  });
