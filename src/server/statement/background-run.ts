/**
 * A statement that runs while no call waits for it, as PollFlightInfo asks: its result is kept whole, and may be
 * read any number of times until its ticket expires.
 */
import { GizmoError } from '../../errors.js';
import { encodeSchema } from '../../flight/ipc/schema.js';
import type { ArrowSchema } from '../../flight/ipc/types.js';
import { linkSignals } from '../../flight/signal.js';
import type { Session } from '../session/session.js';
import type { BatchStore } from './batch-store.js';
import type { RunningResult } from './run.js';

/** A client that polls waits so long for the plan, which may wait for other statements, and then for the end. */
const PATIENCE_MS = 500;

export interface BackgroundRun {
  /** Undefined until the statement has been planned. */
  readonly schema: ArrowSchema | undefined;
  readonly state: 'running' | 'finished' | 'failed';
  /** Rows so far. */
  readonly rows: number;
  /** Whether it is over, somebody has read its result, and nobody is reading it now. */
  readonly spent: boolean;
  /** Resolves at its end, or after a while. Rejects with how the statement failed, or with the signal's reason. */
  wait(signal: AbortSignal): Promise<void>;
  /** Waits for the end and reads from the start. Rejects as {@link wait}. */
  read(signal: AbortSignal): Promise<RunningResult>;
  /** Interrupts it and frees what it keeps. Idempotent. */
  stop(): Promise<void>;
}

/**
 * Starts it. `start` plans the statement, tells its schema and opens its result, all under the signal that it is
 * given, which no call's end aborts.
 */
export function runInBackground(
  session: Session,
  store: BatchStore,
  start: (signal: AbortSignal, onPlanned: (schema: ArrowSchema) => void) => Promise<RunningResult>,
): BackgroundRun {
  const stopped = new AbortController();
  const linked = linkSignals([stopped.signal, session.signal]);
  let schema: ArrowSchema | undefined;
  let state: BackgroundRun['state'] = 'running';
  let rows = 0;
  let readers = 0;
  let wasRead = false;
  let onPlanned = (_: ArrowSchema) => {};
  const planned = new Promise<void>((resolve) => {
    onPlanned = (known) => {
      schema = known;
      resolve();
    };
  });

  const ended = (async () => {
    // The session does not idle away meanwhile.
    const leave = session.enter();
    try {
      const result = await start(linked.signal, onPlanned);
      try {
        for (let batch = await result.next(); batch !== undefined; batch = await result.next()) {
          rows += batch.rows;
          await store.append(batch);
        }
      } finally {
        await result.close();
      }
      state = 'finished';
    } catch (error) {
      state = 'failed';
      throw error;
    } finally {
      leave();
      linked.dispose();
    }
  })();
  // Whoever waits hears of it; perhaps nobody does.
  ended.catch(() => undefined);

  return {
    get schema() {
      return schema;
    },
    get state() {
      return state;
    },
    get rows() {
      return rows;
    },
    get spent() {
      return state === 'finished' && wasRead && readers === 0;
    },
    async wait(signal) {
      await unlessAborted(withinPatience(Promise.race([ended, planned])), signal);
      if (state === 'running') await unlessAborted(withinPatience(ended), signal);
    },
    async read(signal) {
      await unlessAborted(ended, signal);
      const fields = schema ?? { fields: [] };
      let position = 0;
      let closed = false;
      readers++;
      wasRead = true;
      return {
        schema: fields,
        schemaMessage: encodeSchema(fields),
        changes: undefined,
        next: async () => (position < store.length ? store.read(position++) : undefined),
        close: async () => {
          if (!closed) readers--;
          closed = true;
        },
      };
    },
    async stop() {
      stopped.abort(new GizmoError('CANCELLED', 'The statement was cancelled.'));
      await Promise.allSettled([ended]);
      await store.close();
    },
  };
}

async function withinPatience(work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, PATIENCE_MS);
  });
  try {
    await Promise.race([work, patience]);
  } finally {
    clearTimeout(timer);
  }
}

async function unlessAborted(work: Promise<void>, signal: AbortSignal): Promise<void> {
  let stop = () => {};
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason);
  });
  aborted.catch(() => undefined);
  if (signal.aborted) stop();
  else signal.addEventListener('abort', stop, { once: true });
  try {
    await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
