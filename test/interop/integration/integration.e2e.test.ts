/** Arrow's Flight integration scenarios: over src/flight on both sides, and each side against arrow-go's programs. */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { connectRaw } from '../../support/raw-client.js';
import { isInstalled, TOOLS } from '../tools.js';
import { type Scenario, serveScenario } from './scenario.js';
import { SCENARIOS, scenarioCalled } from './scenarios.js';

const DATA = fileURLToPath(new URL('data/', import.meta.url));
const WITHOUT_NAME = readdirSync(DATA).map((file) => ({
  name: '',
  path: join(DATA, file),
  called: `of ${file}`,
}));
const NAMED = Object.keys(SCENARIOS).map((name) => ({ name, path: '', called: name }));

describe.each([...NAMED, ...WITHOUT_NAME])('scenario $called', ({ name, path }) => {
  const scenario = scenarioCalled(name, path);
  it('holds between our client and our server', async () => {
    const server = await serveScenario(scenario);
    try {
      await runClient(scenario, server.port);
    } finally {
      server.stop();
    }
  });
  it.skipIf(!isInstalled('go'))("holds between arrow-go's client and our server", async () => {
    const server = await serveScenario(scenario);
    try {
      const args = ['-host', '127.0.0.1', '-port', String(server.port), '-scenario', name, '-path', path];
      await expect(promisify(execFile)(TOOLS.integrationClient, args)).resolves.toBeDefined();
    } finally {
      server.stop();
    }
  });
  it.skipIf(!isInstalled('go'))("holds between our client and arrow-go's server", async () => {
    const server = spawn(TOOLS.integrationServer, ['-port', '0', '-scenario', name], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    try {
      const [line] = await once(createInterface(server.stdout), 'line');
      await runClient(scenario, Number(String(line).split(':').at(-1)));
    } finally {
      server.kill();
    }
  });
});

async function runClient(scenario: Scenario, port: number): Promise<void> {
  const client = connectRaw(port);
  try {
    await scenario.run(client, port);
  } finally {
    client.close();
  }
}
