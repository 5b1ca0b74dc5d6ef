/**
 * Admission of DuckDB calls. Each running call holds one thread of libuv's pool until it ends, so more calls
 * than threads would block every file read, hash and small statement of the process: the rest wait here.
 *
 * Planning cannot be interrupted, and a few words of SQL can make it go on for hours. So nobody may have all places,
 * whoever he is: the more of them are taken, the fewer may be one user's, and of those that plan the fewest. What the
 * others need is thereby free as long as not everybody does it (the dynamic thresholds of shared buffers in a switch).
 */
import { GizmoError } from '../../../errors.js';

/** Who calls, and what for. */
export interface Caller {
  /** The user; undefined is the server itself, which waits for nobody's share. */
  readonly owner: string | undefined;
  /** Planning, as opposed to running something that can be interrupted. */
  readonly plans: boolean;
}

/** Besides places, planning takes a core. */
const PLANNING_MAX = 8;
/** Where there are few places: beside something that runs long a small statement gets through. */
const RUNNING_MIN = 2;
/** Planning that was not admitted for so long waits for something that hangs. */
const PATIENCE_MS = 15_000;

/** At most `callsMax` calls run at a time; the others wait, in the order they came and in turn by user. */
export class CallGate {
  #free: number;
  #closed: GizmoError | undefined;
  readonly #taken = new Map<string, number>();
  readonly #groups = new Map<string, Group>();

  constructor(callsMax: number) {
    this.#free = callsMax;
  }

  /**
   * Takes a place: at once (undefined) or when the promise resolves. Each taken place needs one `leave`. Rejects with
   * UNAVAILABLE where all that the user may plan at once hangs.
   */
  enter(lane: object, caller: Caller): Promise<void> | undefined {
    if (this.#closed !== undefined) return Promise.reject(this.#closed);
    const key = keyOf(caller);
    const group = this.#groups.get(key);
    if (group === undefined && this.#isAdmissible(caller)) {
      this.#take(caller);
      return undefined;
    }
    return new Promise((resolve, reject) => this.#wait(key, { lane, caller, resolve, reject }));
  }

  leave(caller: Caller): void {
    this.#free += 1;
    for (const key of countersOf(caller)) {
      const left = (this.#taken.get(key) ?? 1) - 1;
      if (left === 0) this.#taken.delete(key);
      else this.#taken.set(key, left);
    }
    this.#serve();
  }

  /** Fails what `lane` has waiting. Calls that run already are not touched. */
  cancel(lane: object, reason: unknown): void {
    for (const [key, group] of this.#groups)
      for (const waiter of group) if (waiter.lane === lane) this.#dismiss(key, waiter, reason);
  }

  /** Fails everything that waits and everything that comes. */
  close(reason: GizmoError): void {
    this.#closed = reason;
    for (const [key, group] of this.#groups) for (const waiter of group) this.#dismiss(key, waiter, reason);
  }

  #isAdmissible({ owner, plans }: Caller): boolean {
    if (this.#free === 0) return false;
    if (owner === undefined) return true;
    if (!plans) return (this.#taken.get(owner) ?? 0) < Math.max(RUNNING_MIN, this.#free);
    const share = Math.min(PLANNING_MAX, Math.floor(this.#free / 4));
    return (this.#taken.get(planningOf(owner)) ?? 0) < Math.max(1, share);
  }

  #take(caller: Caller): void {
    this.#free -= 1;
    for (const key of countersOf(caller)) this.#taken.set(key, (this.#taken.get(key) ?? 0) + 1);
  }

  #wait(key: string, asked: Omit<Waiter, 'patience'>): void {
    const { owner, plans } = asked.caller;
    const giveUp = () => {
      const hanging = owner === undefined ? 0 : (this.#taken.get(planningOf(owner)) ?? 0);
      this.#dismiss(key, waiter, busyPlanning(hanging));
    };
    const patience = plans && owner !== undefined ? setTimeout(giveUp, PATIENCE_MS) : undefined;
    const waiter: Waiter = { ...asked, patience };
    const group = this.#groups.get(key) ?? new Set();
    this.#groups.set(key, group.add(waiter));
  }

  #serve(): void {
    for (const [key, group] of this.#groups) {
      if (this.#free === 0) return;
      const [first] = group;
      if (first === undefined || !this.#isAdmissible(first.caller)) continue;
      this.#take(first.caller);
      this.#remove(key, first);
      // Behind the others with what is left.
      if (this.#groups.delete(key)) this.#groups.set(key, group);
      first.resolve();
    }
  }

  #dismiss(key: string, waiter: Waiter, reason: unknown): void {
    this.#remove(key, waiter);
    waiter.reject(reason);
  }

  #remove(key: string, waiter: Waiter): void {
    clearTimeout(waiter.patience);
    const group = this.#groups.get(key);
    group?.delete(waiter);
    if (group?.size === 0) this.#groups.delete(key);
  }
}

interface Waiter {
  readonly lane: object;
  readonly caller: Caller;
  readonly resolve: () => void;
  readonly reject: (reason: unknown) => void;
  readonly patience: NodeJS.Timeout | undefined;
}

type Group = Set<Waiter>;

function keyOf({ owner, plans }: Caller): string {
  if (owner === undefined) return '';
  return plans ? planningOf(owner) : owner;
}

/** No user's name contains a NUL. */
function planningOf(owner: string): string {
  return `${owner}\0`;
}

function countersOf({ owner, plans }: Caller): readonly string[] {
  if (owner === undefined) return [];
  return plans ? [owner, planningOf(owner)] : [owner];
}

function busyPlanning(count: number): GizmoError {
  return new GizmoError(
    'UNAVAILABLE',
    `${count} statements of the same user are still being planned, which DuckDB can neither interrupt nor hurry. Try again later, or with simpler statements.`,
  );
}
