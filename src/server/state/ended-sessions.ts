/** Sessions that have ended for good: their tokens must not open them again, after a restart neither. */
import { createInTurn } from './in-turn.js';
import type { StateChange, StateDatabase } from './state-database.js';

/** Who ended it: an administrator, or the one whose it was. */
export type Ender = 'administrator' | 'owner';

export interface EndedSessions {
  has(id: string): boolean;
  /** `expiresMs` of what was added last under this id; 0 where nothing is known of it. */
  expiresMs(id: string): number;
  /** In force at once; resolves when that outlives a crash. Nobody asks for it after `expiresMs`, milliseconds since the epoch. */
  add(id: string, expiresMs: number, by: Ender): Promise<void>;
}

/** Of those that their owners ended; the oldest make room. Nobody but administrators adds others. */
const OWNERS_MAX = 100_000;

/** Reads what is there. `ownersMax`: how many are remembered of those that their owners ended. */
export async function openEndedSessions(
  database: StateDatabase,
  nowMs: () => number,
  ownersMax = OWNERS_MAX,
): Promise<EndedSessions> {
  await database.write(forgetOld(nowMs()));
  const rows = await database.read('select id, expires_ms from ended_sessions order by expires_ms');
  /** By id, when it may be forgotten. */
  const lasting = new Map(rows.map(([id, expiresMs]) => [String(id), Number(expiresMs)]));
  const owners = new Map<string, number>();
  let changes: StateChange[] = [];
  const inTurn = createInTurn();
  let next: Promise<void> | undefined;

  /** What comes while one is written is written together. */
  function write(): Promise<void> {
    return inTurn(async () => {
      next = undefined;
      const batch = changes;
      changes = [];
      await database.write(forgetOld(nowMs()), ...batch);
    });
  }

  return {
    has: (id) => lasting.has(id) || owners.has(id),
    expiresMs: (id) => lasting.get(id) ?? owners.get(id) ?? 0,
    add(id, expiresMs, by) {
      for (const ids of [lasting, owners]) forgetFirst(ids, nowMs());
      const ids = by === 'administrator' ? lasting : owners;
      // Behind the others, also where it was there.
      ids.delete(id);
      ids.set(id, expiresMs);
      changes.push([
        'insert or replace into ended_sessions values ($1, $2)',
        id,
        BigInt(Math.ceil(expiresMs)),
      ]);
      const [oldest] = owners.size > ownersMax ? owners.keys() : [];
      if (oldest !== undefined) {
        owners.delete(oldest);
        changes.push(['delete from ended_sessions where id = $1', oldest]);
      }
      next ??= write();
      return next;
    },
  };
}

function forgetOld(nowMs: number): StateChange {
  return ['delete from ended_sessions where expires_ms <= $1', BigInt(Math.floor(nowMs))];
}

/** They were added in about the order in which they expire. */
function forgetFirst(ids: Map<string, number>, nowMs: number): void {
  for (const [id, expiresMs] of ids) {
    if (expiresMs > nowMs) return;
    ids.delete(id);
  }
}
