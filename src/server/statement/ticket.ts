/** The nouns behind the handles that clients hold: prepared statements, and what a ticket stands for. */
import type { ArrowSchema } from '../../flight/ipc/types.js';
import type { Session } from '../session/session.js';
import type { BackgroundRun } from './background-run.js';
import type { CompletedResult } from './completed-result.js';
import type { OpenedAhead } from './open-ahead.js';
import type { AuthorizedStatement, ParameterRows } from './statement.js';

export interface PreparedStatement {
  readonly session: Session;
  readonly sql: string;
  /** Undefined where the text is several statements; it then runs as a text each time. */
  readonly statement: AuthorizedStatement | undefined;
  parameters: ParameterRows | undefined;
  closed: boolean;
}

export type Ticket = DeferredTicket | CompletedTicket | BackgroundTicket;

/** A query that runs when it is fetched. */
export interface DeferredTicket {
  readonly kind: 'deferred';
  readonly session: Session;
  readonly sql: string;
  /** The planned statement; undefined once it ran, and then planned anew. */
  statement: AuthorizedStatement | undefined;
  /** Set where the statement is a prepared one's, which closes it. */
  readonly prepared: PreparedStatement | undefined;
  readonly parameters: ParameterRows | undefined;
  /** What FlightInfo promised. */
  readonly schema: ArrowSchema;
  /** Its first result, where it was run to be described; taken by the first fetch. */
  opened: OpenedAhead | undefined;
  /** Whether somebody has read it: then it may make room for others. */
  fetched: boolean;
  /** Fetches under way, to be aborted by a cancellation. */
  readonly fetches: Set<AbortController>;
}

/** A statement that has run, and what it returned. */
export interface CompletedTicket {
  readonly kind: 'completed';
  readonly session: Session;
  fetched: boolean;
  readonly result: CompletedResult;
}

/** A statement that runs, or has run, while nobody waits for it (PollFlightInfo). */
export interface BackgroundTicket {
  readonly kind: 'background';
  readonly session: Session;
  fetched: boolean;
  readonly run: BackgroundRun;
}
