/**
 * Statements of the worker that were closed and stay prepared, for the same text in the same session: what is asked over
 * and over is parsed and planned once. Plans are kept, never answers: whoever takes one executes it.
 *
 * A plan is good while nothing has run that could change what its text means: in its own session anything but queries
 * and changes of data, the beginnings and ends of transactions included; in others whatever may have changed definitions
 * or settings. All kept ones are let go before such a statement runs, so that none of them holds what is to be dropped
 * or detached. That planning depends on data is looked after where it is executed (see duckdb/data-version).
 *
 * The same count tells whoever has decided on what a text means whether it still means that ({@link KeptPlans.meaning}).
 */
import type { ArrowSchema } from '../../../flight/ipc/types.js';
import { addLatest } from '../../../keep-latest.js';
import type { StatementKind } from '../../model/statement-kind.js';
import type { Again } from '../duckdb/direct/direct-run.js';
import type { PreparedAnswer } from './protocol.js';

/** Each holds a plan, some tens of KiB. */
const PLANS_MAX = 512;
/** Texts of which it is remembered that they have been asked. */
const TEXTS_MAX = 2048;

export class KeptPlans {
  readonly #drop: (statement: number) => void;
  /** By session and text, the oldest first. */
  readonly #idle = new Map<string, KeptPlan>();
  readonly #asked = new Set<string>();
  /** Sessions whose transaction has changed what texts mean to others once it ends. */
  readonly #changing = new Set<number>();
  readonly #ofSessions = new Map<number, number>();
  #ofAll = 0;
  /** How much runs that may change what texts mean. */
  #unsettled = 0;
  /** Whether queries can change that, and other programs. */
  #isExtended: boolean;

  /**
   * @param drop lets go of a statement in the worker
   * @param isExtended whether there may be functions and databases that are not DuckDB's own
   */
  constructor(drop: (statement: number) => void, isExtended = false) {
    this.#drop = drop;
    this.#isExtended = isExtended;
  }

  /** What {@link keep} is to be told of a statement that the session prepares now. Never falls. */
  version(session: number): number {
    return this.#ofAll + (this.#ofSessions.get(session) ?? 0);
  }

  /**
   * The same number where it says all: as long as it does not change, every text means in the session what it meant.
   * Undefined while something runs that may change that, and for good once extensions are there, whose functions write
   * and whose databases others change.
   */
  meaning(session: number): number | undefined {
    return this.#unsettled > 0 || this.#isExtended ? undefined : this.version(session);
  }

  /** How many are kept. */
  get size(): number {
    return this.#idle.size;
  }

  /** A plan for the text, which is then the caller's. */
  take(session: number, sql: string): KeptPlan | undefined {
    const key = keyOf(session, sql);
    const plan = this.#idle.get(key);
    if (plan !== undefined) this.#idle.delete(key);
    return plan;
  }

  /** The same, of those that have a note. */
  takeNoted(session: number, sql: string): KeptPlan | undefined {
    const isNoted = this.#idle.get(keyOf(session, sql))?.note !== undefined;
    return isNoted ? this.take(session, sql) : undefined;
  }

  /** Whether the text has been asked before. */
  noteAsked(session: number, sql: string): boolean {
    const key = keyOf(session, sql);
    if (this.#asked.has(key)) return true;
    addLatest(this.#asked, key, TEXTS_MAX);
    return false;
  }

  /** Takes in a statement that nobody uses; false where it is not to be kept. */
  keep(session: number, sql: string, plan: KeptPlan): boolean {
    const key = keyOf(session, sql);
    if (plan.version !== this.version(session) || this.#idle.has(key)) return false;
    this.#idle.set(key, plan);
    if (this.#idle.size > PLANS_MAX) this.#letGo(this.#idle.keys().next().value ?? '');
    return true;
  }

  /** To be called before anything runs in a session; what it returns, when that is over. */
  begin(session: number, kind: StatementKind): () => void {
    if (STEADY.has(kind)) return NOTHING;
    if (EXTENDING.has(kind)) this.#isExtended = true;
    // The end of a transaction shows others what it has changed.
    const isUnsettled = kind !== 'transaction' || this.#changing.has(session);
    if (isUnsettled) this.#unsettled += 1;
    this.#note(session, kind);
    return () => {
      if (isUnsettled) {
        this.#unsettled -= 1;
        this.#forgetAll();
      }
      this.#note(session, kind);
    };
  }

  #note(session: number, kind: StatementKind): void {
    if (kind !== 'transaction') {
      this.#changing.add(session);
      this.#forgetAll();
    } else {
      if (this.#changing.delete(session)) this.#forgetAll();
      this.#forget(session);
    }
  }

  /** To be called before a transaction of the session ends that it has not begun itself; what it returns, afterwards. */
  beginEnd(session: number): () => void {
    return this.#changing.has(session) ? this.begin(session, 'transaction') : NOTHING;
  }

  /** The session is over. */
  forgetSession(session: number): void {
    if (this.#changing.delete(session)) this.#forgetAll();
    this.#forget(session);
    this.#ofSessions.delete(session);
  }

  /** What is being prepared is not kept either, whichever session it is of. */
  #forgetAll(): void {
    this.#ofAll += 1;
    for (const key of this.#idle.keys()) this.#letGo(key);
  }

  #forget(session: number): void {
    this.#ofSessions.set(session, (this.#ofSessions.get(session) ?? 0) + 1);
    const prefix = keyOf(session, '');
    for (const key of this.#idle.keys()) if (key.startsWith(prefix)) this.#letGo(key);
  }

  #letGo(key: string): void {
    const plan = this.#idle.get(key);
    this.#idle.delete(key);
    if (plan !== undefined) this.#drop(plan.answer.statement);
  }
}

/** A statement that is prepared in the worker. */
export interface KeptPlan {
  readonly answer: Omit<PreparedAnswer, 'execution' | 'begun'>;
  /** That of the answer, decoded. */
  readonly schema: ArrowSchema | undefined;
  /** As it was before it was prepared. */
  readonly version: number;
  /** How it may be executed from this thread. */
  readonly again?: Again | undefined;
  /** What whoever prepared it found out about it. */
  readonly note?: unknown;
}

/** What changes no meaning of a text. */
const STEADY: ReadonlySet<StatementKind> = new Set<StatementKind>([
  'select',
  'insert',
  'update',
  'delete',
  'merge',
]);

/** After these there may be functions that are not DuckDB's own. */
const EXTENDING: ReadonlySet<StatementKind> = new Set<StatementKind>([
  'load',
  'extension',
  'update-extensions',
]);

const NOTHING = (): void => {};

function keyOf(session: number, sql: string): string {
  return `${session} ${sql}`;
}
