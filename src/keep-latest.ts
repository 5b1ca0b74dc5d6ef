/** Maps and sets that a peer could grow without end, held to a number of entries: the one that was put in first goes first. */

/** Puts an entry behind all others, and drops the oldest one where there are `max` already. */
export function keepLatest<K, V>(entries: Map<K, V>, key: K, value: V, max: number): void {
  entries.delete(key);
  dropOldest(entries, max);
  entries.set(key, value);
}

/** Puts a member behind all others, and drops the oldest one where there are `max` already. */
export function addLatest<T>(members: Set<T>, member: T, max: number): void {
  members.delete(member);
  dropOldest(members, max);
  members.add(member);
}

function dropOldest<K>(entries: Map<K, unknown> | Set<K>, max: number): void {
  if (entries.size < max) return;
  for (const oldest of entries.keys()) {
    entries.delete(oldest);
    return;
  }
}
