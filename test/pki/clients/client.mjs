// Asks https://HOST:PORT/ with a client certificate and prints the answer.
import { readFileSync } from 'node:fs';
import { get } from 'node:https';

const [host, port, ca, cert, key] = process.argv.slice(2);
const files = { ca: readFileSync(ca), cert: readFileSync(cert), key: readFileSync(key) };
get({ host, port, ...files }, (answer) => answer.pipe(process.stdout));
