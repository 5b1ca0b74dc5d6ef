/** Strangers in numbers, and a function that takes its time with them: who is in already does not notice. */
import { expect, it } from 'vitest';
import { basic, connectRaw, logIn } from '../../support/raw-client.js';
import { startTestServer } from '../../support/start-test-server.js';

/** More than may call functions at once. */
const STRANGERS = 70;

it('strangers whom the authentication function is slow to answer do not keep sessions from their statements', async () => {
  const server = await startTestServer({ 'hook-timeout': 1 });
  const { port } = server.address;
  const admin = await logIn(port);
  await admin.rows(`create macro slow(a, b, c) as
    case when length(b) = 64 then false else (select count(*) = 0 from range(1000000000000) x, range(1000) y where x.range * y.range = -1) end`);
  await admin.rows('create macro may(session_id, query) as true');
  await admin.rows("set global gizmo_authentication_function = 'slow'");
  await admin.rows("set global gizmo_authorization_function = 'may'");
  const strangers = Array.from({ length: STRANGERS }, (_, index) =>
    connectRaw(port, { authorization: basic(`stranger ${index}`, 'x') }),
  );
  const refused = strangers.map((stranger) => stranger.rows('select 1').catch(() => undefined));
  await Promise.race(refused);
  for (let turn = 0; turn < 3; turn++) expect(await admin.rows(`select ${turn}`)).toEqual([[turn]]);
  admin.close();
  await server.stop();
  await Promise.all(refused);
  for (const stranger of strangers) stranger.close();
});
