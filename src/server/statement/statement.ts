/** The nouns of a statement's life: what was asked, what the engine made of it, and the witness that it may run. */
import type { ArrowSchema, EncodedBatch } from '../../flight/ipc/types.js';
import type { EngineStatement } from '../engine/engine.js';
import type { Door } from '../model/door.js';
import type { PlanFacts } from '../model/plan-facts.js';
import type { Rights } from '../model/rights.js';
import type { Session } from '../session/session.js';
import type { OwnCommand } from './own/own-statement.js';

/** What a statement gives whoever runs it: a result set, a number of changed rows, or nothing. */
export type Returns = EngineStatement['returns'];

/** A text that somebody sent through a door. */
export interface StatementRequest {
  readonly sql: string;
  readonly session: Session;
  readonly door: Door;
  /** The transaction, begun by action, that the client says it belongs to. */
  readonly transactionId?: string | undefined;
  /** Ends with the call: cancelled, past its deadline, disconnected, session ended, server stopping. */
  readonly signal: AbortSignal;
}

/** One statement of that text, as the engine understood it. Nothing of it has run. */
export interface PlannedStatement {
  /** Names it to KILL QUERY and in the log. */
  readonly id: string;
  /** Milliseconds of its time limit that planning it has used up; 0 where it was prepared, to run as often as it may. */
  readonly planningMs: number;
  readonly session: Session;
  readonly door: Door;
  /** This statement's own text. */
  readonly text: string;
  readonly engine: EngineStatement;
  /** What it would do, as seen when it was prepared; undefined where an administrator asked, and of Gizmo's own. */
  readonly facts: PlanFacts | undefined;
  /** Set where it is one of Gizmo's own. */
  readonly own?: OwnCommand;
  /** Set where the facts are true, and it need not be inspected again, as long as this holds. */
  readonly basis?: Basis | undefined;
  /** Set where it runs next, in the transaction in which it was inspected. */
  readonly inspection?: Inspection;
}

/**
 * A transaction that stands open between an inspection and the run of what was inspected, so that nothing has to be
 * inspected twice. Nothing else runs on the session's connection meanwhile.
 */
export interface Inspection {
  /** The facts, once; undefined where they are not to be relied on any more, and the transaction is rolled back. */
  use(): Promise<PlanFacts | undefined>;
  /** Rolls the transaction back, unless it is in use or has been given up. */
  giveUp(): Promise<void>;
}

/** What facts rest on. */
export interface Basis {
  /** See EngineSession.meaning. */
  readonly meaning: number;
  readonly rights: Rights;
  /** The version of what is lent. */
  readonly lent: number;
}

declare const authorized: unique symbol;

/** A witness that the authorize step let a statement pass; only that step makes one, and running needs one. */
export interface AuthorizedStatement extends PlannedStatement {
  readonly [authorized]: true;
}

/** Values for parameters: each row is one execution. */
export interface ParameterRows {
  readonly schema: ArrowSchema;
  readonly batches: readonly EncodedBatch[];
}
