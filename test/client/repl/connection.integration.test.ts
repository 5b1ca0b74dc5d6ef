import { describe, expect, it } from 'vitest';
import { connect } from '../../../src/client/connect.js';
import type { FlightSqlClient } from '../../../src/client/flight-sql-client.js';
import { Connection } from '../../../src/client/repl/connection.js';
import { PromptTracker } from '../../../src/client/repl/prompt.js';
import { GizmoError, toGizmoError } from '../../../src/errors.js';
import { PASSWORD, startTestServer, USER } from '../../support/start-test-server.js';

describe('a connection of the shell', () => {
  /** A shell's connection to a server that went away and came back on its port. */
  async function outage(statements: readonly string[]) {
    const first = await startTestServer();
    const { host, port } = first.address;
    const credentials = { kind: 'password', user: USER, password: PASSWORD } as const;
    const dial = (): Promise<FlightSqlClient> => connect({ host, port, tls: undefined, credentials });
    const notes: string[] = [];
    const session = { client: await dial(), notify: async (text: string) => void notes.push(text) };
    const prompt = new PromptTracker();
    const connection = new Connection(session, prompt, dial);
    for (const statement of statements) {
      await session.client.execute(statement);
      prompt.noteStatement(statement);
    }
    await first.stop();
    const error = toGizmoError(await session.client.execute('select 1').catch((reason: unknown) => reason));
    const told = connection.note(error);
    return { connection, session, prompt, notes, error, told, port };
  }

  it('is made again when something needs it, and says what is gone', async () => {
    const { connection, session, notes, error, told, port } = await outage([]);
    expect(error.code).toBe('UNAVAILABLE');
    expect(told).toBe('The next statement connects again.');
    expect(connection.note(error)).toBeUndefined();
    await expect(connection.ensure()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(connection.isLost).toBe(true);

    const second = await startTestServer({ port });
    await connection.ensure();
    expect(connection.isLost).toBe(false);
    expect(notes).toEqual(['Connected again, in a new session: temporary tables and settings are gone.']);
    await session.client.execute('select 1');
    await session.client.close();
    await second.stop();
  });

  it('runs no statement outside the transaction that it was meant for', async () => {
    const { connection, session, prompt, told, port } = await outage(['begin']);
    expect(told).toBe('The open transaction is lost with it. The next statement connects again.');
    const second = await startTestServer({ port });
    await expect(connection.ensure()).rejects.toEqual(
      new GizmoError('ABORTED', 'Not run: this belonged to the transaction that was lost. Begin it again.'),
    );
    expect(prompt.inTransaction).toBe(false);
    await connection.ensure();
    expect(await prompt.text(session.client)).toBe('memory.main> ');
    await session.client.close();
    await second.stop();
  });
});
