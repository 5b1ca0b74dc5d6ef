/** pyarrow.flight (C++) against `gizmo server start`, with Flight SQL messages built by hand. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { GizmoServer } from '../support/gizmo-server.js';
import { startGizmoServer } from '../support/gizmo-server.js';
import { coverageOf } from './compatibility.js';
import { hasPythonClients, runPython } from './python.js';

const covers = coverageOf('pyarrow.flight', import.meta.url);

describe.skipIf(!hasPythonClients())('pyarrow.flight', () => {
  let server: GizmoServer;
  beforeAll(async () => {
    server = await startGizmoServer();
  });
  afterAll(() => server?.stop());
  const flight = (task: string) =>
    runPython('arrow_flight.py', task, {
      host: server.host,
      port: server.port,
      user: server.user,
      token: server.token,
    });

  it(
    'logs in with authenticate_basic_token and reads GetFlightInfo, then DoGet',
    covers('results of any size', async () => {
      expect(await flight('basic_token')).toEqual({
        bearer: true,
        endpoints: 1,
        names: ['i', 'twice'],
        rows: 20_000,
        sum: 399_980_000,
      });
    }),
  );
  it(
    'logs in with the payload handshake of a ClientAuthHandler',
    covers('login by password', async () => {
      expect(await flight('payload_handshake')).toEqual([{ i: 7 }]);
    }),
  );
  it('is refused with a wrong password', async () => {
    expect(await flight('wrong_password')).toMatchObject({ text: expect.any(String) });
  });
  it('gets a plain refusal for garbage, and the server goes on', async () => {
    const answers = await flight('garbage');
    expect(answers).not.toContain('accepted');
    expect(answers).toEqual(expect.arrayContaining([[{ i: 1 }]]));
  });
  it('is told which actions there are', async () => {
    expect(await flight('actions')).toEqual(
      expect.arrayContaining(['CreatePreparedStatement', 'ClosePreparedStatement']),
    );
  });
});
