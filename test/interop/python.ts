/** Python clients in the virtual environment that `.ci/install-clients` makes. */
import { fileURLToPath } from 'node:url';
import { isInstalled, runForJson, TOOLS } from './tools.js';

/** Whether the Python tests can run, see isInstalled. */
export function hasPythonClients(): boolean {
  return isInstalled('python');
}

/** Runs function `task` of test/interop/`script` with `input`, and answers the JSON it prints. */
export function runPython(script: string, task: string, input: object): Promise<unknown> {
  const path = fileURLToPath(new URL(script, import.meta.url));
  return runForJson(TOOLS.python, [path, task, JSON.stringify(input)]);
}
