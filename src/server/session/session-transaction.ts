/** The transaction that a client has begun by action in a session: its id, and how far it has got. */
import { GizmoError } from '../../errors.js';
import type { StatementKind } from '../model/statement-kind.js';

export interface SessionTransaction {
  /** Opaque and random. */
  readonly id: string;
  /**
   * `announced`: nothing has run in it, and the engine knows nothing of it (Python's dbapi begins one when it
   * connects and after each commit). `begun`: the engine has it open. `unknown`: a statement has run that may have
   * ended it, such as COMMIT as text; the engine is to be asked.
   */
  state: 'announced' | 'begun' | 'unknown';
}

/** Of a Session, what this file looks at. */
interface Owner {
  readonly transaction: SessionTransaction | undefined;
}

/** Throws NOT_FOUND unless `id` is the session's open transaction. */
export function requireTransaction({ transaction }: Owner, id: string): SessionTransaction {
  if (transaction?.id === id) return transaction;
  throw new GizmoError(
    'NOT_FOUND',
    'There is no such transaction in this session: it has ended, or was never begun here.',
  );
}

/** To be called when a statement is run: one that may have ended the transaction makes its state a question. */
export function noteRun({ transaction }: Owner, kind: StatementKind): void {
  if (transaction !== undefined && MAY_END.has(kind)) transaction.state = 'unknown';
}

const MAY_END: ReadonlySet<StatementKind> = new Set<StatementKind>(['transaction', 'execute', 'multi']);
