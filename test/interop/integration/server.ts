/** A scenario's server as a program, for other implementations' clients: npx tsx server.ts SCENARIO [PORT] */
import { serveScenario } from './scenario.js';
import { scenarioCalled } from './scenarios.js';

const [, , name, port = '0'] = process.argv;
const server = await serveScenario(scenarioCalled(name), Number(port));
process.stdout.write(`Server listening on localhost:${server.port}\n`);
