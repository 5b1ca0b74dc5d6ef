/** Our client against pyarrow's plain Flight server: layouts and login that no Flight SQL server of ours has. */
import { tableFromIPC } from 'apache-arrow';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect, type FlightSqlClient } from '../../src/client/index.js';
import { hasServer, startPyarrowServer } from './example-servers.js';
import type { ForeignServer } from './foreign-server.js';

describe.skipIf(!hasServer('pyarrow'))("pyarrow's Flight server", () => {
  let server: ForeignServer;
  let db: FlightSqlClient;
  beforeAll(async () => {
    server = await startPyarrowServer();
    db = await connect(server.location);
  });
  afterAll(async () => {
    await db?.close();
    await server?.stop();
  });
  const LAYOUTS = ['plain', 'dictionary', 'views', 'compressed', 'no schema'];
  const word = (i: number) => (i % 10 === 0 ? null : `word number ${i % 7}`);

  it.each(LAYOUTS)('sends rows: %s', async (layout) => {
    const rows = await (await db.query(layout)).toArray();
    expect(rows).toHaveLength(1000);
    expect(rows.every(({ n, t }, i) => n === i && t === word(i))).toBe(true);
  });
  it.each(LAYOUTS)('sends what apache-arrow can read through us: %s', async (layout) => {
    const table = await tableFromIPC((await db.query(layout)).toIPC());
    expect([...(table.getChild('t') ?? [])]).toEqual(Array.from({ length: 1000 }, (_, i) => word(i)));
  });
  it('sends several endpoints', async () => {
    let rows = 0;
    for await (const batch of await db.query('many endpoints')) rows += batch.length;
    expect(rows).toBe(3000);
  });
  it('says what it does not have', async () => {
    await expect(db.prepare('plain')).rejects.toMatchObject({ code: 'UNIMPLEMENTED' });
  });
});

describe.skipIf(!hasServer('pyarrow'))("pyarrow's Flight server with a payload handshake", () => {
  let server: ForeignServer;
  beforeAll(async () => {
    server = await startPyarrowServer('auth');
  });
  afterAll(() => server?.stop());

  it('lets in who knows the password', async () => {
    const db = await connect(server.location, { username: 'ann', password: 'open sesame' });
    expect(await (await db.query('plain')).toArray()).toHaveLength(1000);
    await db.close();
  });
  it('keeps others out, who learn so', async () => {
    const wrong = connect(server.location, { username: 'ann', password: 'wrong' });
    await expect(wrong).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  });
});
