import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Engine } from '../../../src/server/engine/engine.js';
import { openSmallEngine } from '../../../src/server/engine/open-engine.js';
import { openEndedSessions } from '../../../src/server/state/ended-sessions.js';
import { openStateDatabase, type StateDatabase } from '../../../src/server/state/state-database.js';

let engine: Engine;
let database: StateDatabase;
let now = 1000;
beforeAll(async () => {
  engine = await openSmallEngine(undefined);
  database = await openStateDatabase(engine);
});
afterAll(() => engine.close());

const open = (ownersMax?: number) => openEndedSessions(database, () => now, ownersMax);

describe('sessions that have ended for good', () => {
  it('are known at once, and to the next server', async () => {
    const ended = await open();
    const written = Promise.all(['a', 'b', 'c'].map((id) => ended.add(id, 2000, 'administrator')));
    expect(['a', 'b', 'c', 'd'].map(ended.has)).toEqual([true, true, true, false]);
    await written;
    expect((await open()).has('c')).toBe(true);
  });

  it('are remembered however many people log out after an administrator has ended them', async () => {
    const ended = await open(2);
    await ended.add('killed', 2000, 'administrator');
    for (const id of ['first', 'second', 'third']) await ended.add(id, 2000, 'owner');
    expect(['killed', 'first', 'second', 'third'].map(ended.has)).toEqual([true, false, true, true]);
    const next = await open();
    expect(['killed', 'first', 'second', 'third'].map(next.has)).toEqual([true, false, true, true]);
  });

  it('are forgotten when no token can name them any more', async () => {
    now = 3000;
    const ended = await open();
    expect(ended.has('killed')).toBe(false);
    await ended.add('late', 3500, 'owner');
    now = 4000;
    await ended.add('later', 5000, 'owner');
    expect(ended.has('late')).toBe(false);
    expect(await database.read('select id from ended_sessions')).toEqual([['later']]);
  });
});
