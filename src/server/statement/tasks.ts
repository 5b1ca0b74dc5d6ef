/**
 * Statements at work: what gizmo_queries() shows, what KILL QUERY stops, and the time each may take. The time is
 * counted only while the server works on it: a client that reads slowly uses up nobody's limit.
 */
import { GizmoError } from '../../errors.js';
import { LightAbort } from '../../flight/light-abort.js';
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
  const open = new Set<StatementTask>();
  return {
    list: () => [...open],
    begin(options) {
      const task = new StatementTask(options, nowMs, open);
      open.add(task);
      return task;
    },
  };
}

class StatementTask implements Task {
  readonly id: string;
  readonly session: Session;
  readonly door: Door;
  readonly text: string;
  readonly queryTag: string | undefined;
  readonly startedMs: number;
  state: TaskState;
  rows = 0;
  readonly #outer: AbortSignal;
  readonly #limitMs: number;
  readonly #nowMs: () => number;
  readonly #open: Set<StatementTask>;
  #usedMs: number;
  /** When the work that is going on began. */
  #sinceMs: number | undefined;
  /** Made when somebody asks for the signal, or aborts it: a statement has several tasks, most of which nobody stops. */
  #controller: LightAbort | undefined;
  #over = false;

  constructor(options: TaskOptions, nowMs: () => number, open: Set<StatementTask>) {
    const { id, session, door, text, state, outer, limitMs, usedMs = 0 } = options;
    this.id = id;
    this.session = session;
    this.door = door;
    this.text = text;
    this.queryTag = queryTagOf(outer, session);
    this.startedMs = nowMs() - usedMs;
    this.state = state;
    this.#outer = outer;
    this.#limitMs = limitMs;
    this.#nowMs = nowMs;
    this.#open = open;
    this.#usedMs = usedMs;
  }

  get signal(): AbortSignal {
    return this.#control().signal;
  }

  get usedMs(): number {
    return this.#sinceMs === undefined ? this.#usedMs : this.#usedMs + this.#nowMs() - this.#sinceMs;
  }

  async count<T>(work: () => Promise<T>): Promise<T> {
    const sinceMs = this.#nowMs();
    this.#sinceMs = sinceMs;
    const limitMs = this.#limitMs;
    const timer =
      limitMs === 0
        ? undefined
        : setTimeout(() => this.kill(tooLong(limitMs)), Math.max(1, limitMs - this.#usedMs));
    try {
      return await work();
    } finally {
      if (timer !== undefined) clearTimeout(timer);
      this.#usedMs += this.#nowMs() - sinceMs;
      this.#sinceMs = undefined;
    }
  }

  kill(reason: GizmoError): void {
    this.#control().abort(reason);
  }

  end(): void {
    this.#over = true;
    if (this.#controller !== undefined) this.#outer.removeEventListener('abort', this.#follow);
    this.#open.delete(this);
  }

  #control(): LightAbort {
    if (this.#controller === undefined) {
      this.#controller = new LightAbort();
      if (this.#outer.aborted) this.#follow();
      else if (!this.#over) this.#outer.addEventListener('abort', this.#follow, { once: true });
    }
    return this.#controller;
  }

  readonly #follow = (): void => this.#controller?.abort(this.#outer.reason);
}

function tooLong(limitMs: number): GizmoError {
  return new GizmoError(
    'DEADLINE_EXCEEDED',
    `The statement ran longer than the server's limit of ${limitMs / 1000} s (--query-timeout).`,
  );
}
