/** A scenario's server as a program, for other implementations' clients: npx tsx server.ts [--scenario NAME] [--port PORT] */
import { parseArgs } from 'node:util';
import { serveScenario } from './scenario.js';
import { scenarioCalled } from './scenarios.js';

const text = (value: string) => ({ type: 'string', default: value }) as const;
const { values } = parseArgs({ options: { scenario: text(''), port: text('0') } });
const server = await serveScenario(scenarioCalled(values.scenario), Number(values.port));
process.stdout.write(`Server listening on localhost:${server.port}\n`);
