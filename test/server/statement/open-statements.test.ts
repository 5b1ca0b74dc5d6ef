import { afterEach, expect, it } from 'vitest';
import { makePrincipal } from '../../../src/server/auth/make-principal.js';
import type { EngineSession } from '../../../src/server/engine/engine.js';
import { createSession, sessionClosed } from '../../../src/server/session/session.js';
import { createUserMemory } from '../../../src/server/session/user-memory.js';
import { createOpenStatements, type OpenStatements } from '../../../src/server/statement/open-statements.js';
import type { ParameterRows } from '../../../src/server/statement/statement.js';
import type { PreparedStatement } from '../../../src/server/statement/ticket.js';

let open: OpenStatements;
afterEach(() => open.stop());

const ENGINE: Pick<EngineSession, 'close'> = { close: async () => {} };

function sessionOf(name: string) {
  const principal = makePrincipal(name, 'user', 'password');
  const engine = ENGINE as EngineSession;
  return createSession({ id: name, principal, peer: '', engine, nowMs: Date.now });
}

function prepare(name: string) {
  const session = sessionOf(name);
  const prepared: PreparedStatement = {
    session,
    sql: 'select ?',
    statement: undefined,
    parameters: undefined,
    closed: false,
  };
  return { session, prepared, handle: open.addPrepared(prepared) };
}

const rows = (bytes: number): ParameterRows => ({
  schema: { fields: [] },
  batches: [{ header: new Uint8Array(0), body: new Uint8Array(bytes), rows: 1 }],
});

it('what is bound in all sessions of a user counts together, until it is closed or its session ends', async () => {
  open = createOpenStatements(Date.now, createUserMemory(100));
  const [first, second, other] = [prepare('ann'), prepare('ann'), prepare('bob')];
  const tooMuch = expect.objectContaining({ code: 'RESOURCE_EXHAUSTED' });
  open.bind(first.prepared, rows(90));
  open.bind(first.prepared, rows(60));
  expect(() => open.bind(second.prepared, rows(41))).toThrow(tooMuch);
  open.bind(second.prepared, rows(40));
  open.bind(other.prepared, rows(100));
  await open.closePrepared(first.handle, first.session);
  expect(() => open.bind(first.prepared, rows(1))).toThrow(/no such prepared statement/);
  open.bind(second.prepared, rows(100));
  const third = prepare('ann');
  expect(() => open.bind(third.prepared, rows(1))).toThrow(tooMuch);
  await second.session.end(sessionClosed());
  open.bind(third.prepared, rows(100));
});
