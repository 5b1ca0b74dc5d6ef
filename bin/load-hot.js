// Loads what the build made of a hot command: all its modules in one file, and V8's code for them beside it. Reading
// and compiling a hundred small modules takes longer than what the command does.
'use strict';

const { existsSync, readFileSync } = require('node:fs');
const { createRequire } = require('node:module');
const { dirname, join } = require('node:path');
const { setFlagsFromString } = require('node:v8');
const { Script } = require('node:vm');

// Each batch is a buffer of its own. V8 has four threads look for those that are done with, at a cost above that
// of making them; the thread that owns them does it for next to nothing. The code is good only for the same flags.
setFlagsFromString('--no-concurrent-array-buffer-sweeping');

/**
 * The module `dist/hot/<name>.cjs`; undefined where there is none. Code of another version of V8 is compiled anew.
 * @param onScript is told of the compiled script
 */
module.exports = function loadHot(name, onScript) {
  const filename = join(__dirname, '..', 'dist', 'hot', `${name}.cjs`);
  if (!existsSync(filename)) return undefined;
  const cache = `${filename}.code`;
  const cachedData = existsSync(cache) ? readFileSync(cache) : undefined;
  const source = `(function (exports, require, module, __filename, __dirname) {${readFileSync(filename, 'utf8')}\n})`;
  // V8's code carries this name along, from the machine that made it into every stack here: no path of that one.
  const script = new Script(source, { filename: `gizmo/dist/hot/${name}.cjs`, cachedData });
  onScript?.(script);
  const loaded = { exports: {} };
  script.runInThisContext()(loaded.exports, createRequire(filename), loaded, filename, dirname(filename));
  return loaded.exports;
};
