/**
 * A scenario's client as a program, for other implementations' servers:
 * npx tsx client.ts [--scenario NAME] [--port PORT] [--path FILE]
 */
import { parseArgs } from 'node:util';
import { connectRaw } from '../../support/raw-client.js';
import { scenarioCalled } from './scenarios.js';

const text = (value: string) => ({ type: 'string', default: value }) as const;
const { values } = parseArgs({ options: { scenario: text(''), port: text('31337'), path: text('') } });
const port = Number(values.port);
const client = connectRaw(port);
try {
  await scenarioCalled(values.scenario, values.path).run(client, port);
} finally {
  client.close();
}
