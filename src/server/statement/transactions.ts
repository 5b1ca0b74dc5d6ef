/**
 * Transactions by action (BeginTransaction, EndTransaction) and the ids that statements carry.
 *
 * A session is one engine connection and has one transaction at a time, begun by action or by BEGIN as text. Its id
 * means that transaction, and so do statements without an id while it is open: ADBC never sends the id with a bulk
 * load, and temporary tables and settings are the connection's. Somebody who needs two transactions at once opens
 * two sessions, as with any driver.
 */
import { randomBytes } from 'node:crypto';
import { GizmoError } from '../../errors.js';
import { firstWord } from '../../sql/first-word.js';
import { splitStatements } from '../../sql/split-statements.js';
import type { Session } from '../session/session.js';
import { requireTransaction } from '../session/session-transaction.js';
import type { Life } from './life-context.js';
import { runCommand } from './run-command.js';
import type { StatementRequest } from './statement.js';
import { withTurn } from './turn.js';

/** Where a statement is about to run: its session, and the transaction that the client says it belongs to. */
export type TransactionUse = Pick<StatementRequest, 'session' | 'signal' | 'transactionId'> &
  Partial<Pick<StatementRequest, 'sql'>>;

/** Announces a transaction and resolves with its id; the engine begins it when something runs in it. */
export function beginTransaction(session: Session, signal: AbortSignal): Promise<string> {
  return withTurn(session, signal, async () => {
    if (session.transaction !== undefined || (await session.engine.inTransaction())) throw alreadyOpen();
    const id = randomBytes(16).toString('hex');
    session.transaction = { id, state: 'announced' };
    return id;
  });
}

/** Ends it. One whose COMMIT fails is over in the engine, and its id stays good for the ROLLBACK that follows. */
export function endTransaction(
  life: Life,
  use: TransactionUse & { readonly transactionId: string },
  how: 'COMMIT' | 'ROLLBACK',
): Promise<void> {
  const { session, signal, transactionId } = use;
  return withTurn(session, signal, async () => {
    const transaction = requireTransaction(session, transactionId);
    if (transaction.state !== 'announced') {
      transaction.state = 'unknown';
      if (await session.engine.inTransaction()) {
        await runCommand(life, { sql: how, session, door: 'transaction', signal });
      }
    }
    session.transaction = undefined;
  });
}

/**
 * Takes the session's turn for `work`, in the transaction that is open or announced. Throws NOT_FOUND where
 * `transactionId` is not that one.
 */
export function inTransaction<T>(life: Life, use: TransactionUse, work: () => Promise<T>): Promise<T> {
  return withTurn(use.session, use.signal, async () => {
    await enterTransaction(life, use);
    return work();
  });
}

/**
 * The same for somebody who holds the turn already, before anything of a statement or a bulk load is planned. A
 * text that begins a transaction by itself is let do so.
 */
export async function enterTransaction(life: Life, use: TransactionUse): Promise<void> {
  const { session, signal, transactionId, sql = '' } = use;
  const { transaction } = session;
  if (transactionId !== undefined) requireTransaction(session, transactionId);
  // It is no part of a transaction; where one is open it says so itself.
  if (isOwnAlone(life, sql)) return;
  if (transaction === undefined || transaction.state === 'begun') return;
  if (transaction.state === 'unknown' && (await session.engine.inTransaction())) {
    transaction.state = 'begun';
    return;
  }
  transaction.state = 'unknown';
  if (BEGINNINGS.has(firstWord(sql) ?? '')) return;
  await runCommand(life, { sql: 'BEGIN TRANSACTION', session, door: 'transaction', signal });
  transaction.state = 'begun';
}

function isOwnAlone({ own }: Life, sql: string): boolean {
  return own.has(sql) && splitStatements(sql).statements.length === 1;
}

const BEGINNINGS: ReadonlySet<string> = new Set(['begin', 'start']);

function alreadyOpen(): GizmoError {
  return new GizmoError(
    'FAILED_PRECONDITION',
    'This session has a transaction open already. End it first, or log in once more for a second one.',
  );
}
