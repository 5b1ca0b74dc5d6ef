import { expect, test } from 'vitest';
import { serverAddress } from '../../../src/client/connect/server-address.js';
import { serverName } from '../../../src/client/credentials/stored-login.js';

test.each([
  ['db.example', 'db.example:31337'],
  ['127.0.0.1', '127.0.0.1:31337'],
  ['::1', '[::1]:31337'],
  ['[::1]', '[::1]:31337'],
])('%s with its port is %s, which can be typed again', (host, address) => {
  expect(serverAddress(host, 31_337)).toBe(address);
  expect(serverName(host, 31_337)).toBe(address);
});
