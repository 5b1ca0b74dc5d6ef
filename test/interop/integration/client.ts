/** A scenario's client as a program, for other implementations' servers: npx tsx client.ts SCENARIO PORT */
import { connectRaw } from '../../support/raw-client.js';
import { scenarioCalled } from './scenarios.js';

const [, , name, port = '31337'] = process.argv;
const client = connectRaw(Number(port));
try {
  await scenarioCalled(name).run(client, Number(port));
} finally {
  client.close();
}
