/**
 * Statements at work: what gizmo_queries() shows, what KILL QUERY stops, and the time each may take. The time is
 * counted only while the server works on it: a client that reads slowly uses up nobody's limit.
 */
import { GizmoError } from '../../errors.js';
import type { Door } from '../model/door.js';
import { queryTagOf } from '../session/query-tag.js';
import type { Session } from '../session/session.js';

/** `queued`: it waits for others to end; `sending`: it waits for its reader. */
export type TaskState = 'planning' | 'queued' | 'running' | 'sending';

/** A statement, while it is planned or runs. */
export interface Task {
  /** Names it to KILL QUERY and in the log. */
  readonly id: string;
  readonly session: Session;
  readonly door: Door;
  readonly text: string;
  readonly queryTag: string | undefined;
  /** Milliseconds since the epoch. */
  readonly startedMs: number;
  state: TaskState;
  /** Rows of its result so far, or rows that it has changed. */
  rows: number;
  /** Aborted when its time is used up, when it is killed, or with the outer signal's reason. */
  readonly signal: AbortSignal;
  /** Milliseconds that the server has worked on it. */
  readonly usedMs: number;
  /** Runs the clock while `work` is pending. */
  count<T>(work: () => Promise<T>): Promise<T>;
  kill(reason: GizmoError): void;
  /** It is over: nothing is shown of it any more, and the outer signal is let go. Idempotent. */
  end(): void;
}

export interface TaskOptions {
  readonly id: string;
  readonly session: Session;
  readonly door: Door;
  readonly text: string;
  readonly state: TaskState;
  /** Ends with the call. */
  readonly outer: AbortSignal;
  /** Milliseconds; 0 = no limit. */
  readonly limitMs: number;
  /** What of the limit is used up already, by planning it. */
  readonly usedMs?: number;
}

export interface Tasks {
  begin(options: TaskOptions): Task;
  /** Those at work, in the order in which they began. */
  list(): readonly Task[];
}

export function createTasks(nowMs: () => number): Tasks {
  const open = new Set<Task>();
  return {
    list: () => [...open],
    begin(options) {
      const task = createTask(options, nowMs, () => open.delete(task));
      open.add(task);
      return task;
    },
  };
}

function createTask(
  { id, session, door, text, state, outer, limitMs, usedMs: before = 0 }: TaskOptions,
  nowMs: () => number,
  forget: () => void,
): Task {
  const controller = new AbortController();
  const follow = () => controller.abort(outer.reason);
  if (outer.aborted) follow();
  else outer.addEventListener('abort', follow, { once: true });
  let usedMs = before;
  /** When the work that is going on began. */
  let sinceMs: number | undefined;

  return {
    id,
    session,
    door,
    text,
    queryTag: queryTagOf(outer, session),
    startedMs: nowMs() - before,
    state,
    rows: 0,
    signal: controller.signal,
    get usedMs() {
      return sinceMs === undefined ? usedMs : usedMs + nowMs() - sinceMs;
    },
    async count(work) {
      sinceMs = nowMs();
      const timer =
        limitMs === 0
          ? undefined
          : setTimeout(() => controller.abort(tooLong(limitMs)), Math.max(1, limitMs - usedMs));
      try {
        return await work();
      } finally {
        clearTimeout(timer);
        usedMs += nowMs() - sinceMs;
        sinceMs = undefined;
      }
    },
    kill: (reason) => controller.abort(reason),
    end() {
      outer.removeEventListener('abort', follow);
      forget();
    },
  };
}

function tooLong(limitMs: number): GizmoError {
  return new GizmoError(
    'DEADLINE_EXCEEDED',
    `The statement ran longer than the server's limit of ${limitMs / 1000} s (--query-timeout).`,
  );
}
