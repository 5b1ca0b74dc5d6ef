/** A server with a table and a file that only administrators reach (`hr`), a database for what they lend of them (`pub`), and one of ann's (`anns`). */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Role } from '../../src/server/model/principal.js';
import { logInAs } from './log-in-as.js';
import { logIn, type RawClient } from './raw-client.js';
import { startTestServer } from './start-test-server.js';

export interface LendingServer {
  readonly admin: RawClient;
  /** Whoever is called ann may read what is lent and do anything in `anns`. */
  logInAs(name: string, role?: Role): Promise<RawClient>;
  /** Closes the clients as well. */
  stop(): Promise<void>;
}

/** The folder is there at once, so that what is lent can name files in it. */
export function lendingServer(name: string): {
  path(file: string): string;
  start(made: readonly string[]): Promise<LendingServer>;
} {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), `gizmo-${name}-`)));
  const path = (file: string) => join(folder, file);
  writeFileSync(path('rates.csv'), 'code,rate\neur,1.0\nusd,0.5\n');
  return {
    path,
    async start(made) {
      const secretKey = randomBytes(16).toString('hex');
      const server = await startTestServer({ 'secret-key': secretKey, 'state-dir': path('state') });
      const { port } = server.address;
      const admin = await logIn(port);
      const clients = [admin];
      await admin.rows("attach ':memory:' as hr; attach ':memory:' as pub; attach ':memory:' as anns");
      await admin.rows(
        "create table hr.main.people as from (values (1, 'Ann', 1000, 'ann'), (2, 'Bob', 2000, 'bob'), (3, 'Cy', 3000, 'cy')) t(id, name, salary, login)",
      );
      for (const sql of made) await admin.rows(sql);
      await admin.rows('GRANT SELECT ON hr TO nobody_at_all');
      await admin.rows('GRANT SELECT ON pub TO ann');
      await admin.rows('GRANT ALL ON anns TO ann');
      return {
        admin,
        async logInAs(user, role = 'user') {
          const client = await logInAs(port, secretKey, role, { name: user });
          clients.push(client);
          return client;
        },
        async stop() {
          for (const client of clients) client.close();
          await server.stop();
          rmSync(folder, { recursive: true });
        },
      };
    },
  };
}
