/** Sessions that an administrator has ended: their tokens must not open them again after a restart. */
import type { StateChange, StateDatabase } from './state-database.js';

export interface EndedSessions {
  has(id: string): boolean;
  /** Resolves when that outlives a crash. Nobody asks for it after `expiresMs`, milliseconds since the epoch. */
  add(id: string, expiresMs: number): Promise<void>;
}

/** Reads what is there. */
export async function openEndedSessions(
  database: StateDatabase,
  nowMs: () => number,
): Promise<EndedSessions> {
  const forget = (): StateChange => [
    'delete from ended_sessions where expires_ms <= $1',
    BigInt(Math.floor(nowMs())),
  ];
  await database.write(forget());
  const ids = new Set((await database.read('select id from ended_sessions')).map(([id]) => String(id)));
  return {
    has: (id) => ids.has(id),
    add: (id, expiresMs) =>
      database.write(forget(), [
        'insert or ignore into ended_sessions values ($1, $2)',
        id,
        BigInt(Math.ceil(expiresMs)),
      ]),
  };
}
