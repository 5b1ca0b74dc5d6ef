/** What a ticket is good for: its result fetched, polled for, cancelled. */
import { GizmoError } from '../../errors.js';
import { schemasEqual } from '../../flight/ipc/schema.js';
import type { ArrowSchema } from '../../flight/ipc/types.js';
import { LightAbort } from '../../flight/light-abort.js';
import { linkSignals } from '../../flight/signal.js';
import type { Principal } from '../model/principal.js';
import type { BatchStores } from './batch-store.js';
import { replay } from './completed-result.js';
import { givingWay } from './give-way.js';
import { openStatement } from './life.js';
import type { Life } from './life-context.js';
import type { IssuedTicket, OpenStatements } from './open-statements.js';
import { executeRows } from './parameter-rows.js';
import { endingWith, type RunningResult } from './run.js';
import type { DeferredTicket } from './ticket.js';
import { enterTransaction } from './transactions.js';

/** How far a statement in the background has got. */
export interface PollAnswer extends IssuedTicket {
  readonly running: boolean;
  readonly schema: ArrowSchema | undefined;
  /** From 0 to 1; undefined where the engine cannot tell. */
  readonly progress: number | undefined;
  /** Rows of the whole result, once it is there. */
  readonly rows: number | undefined;
}

/** What running a ticket's statement takes. */
export interface TicketContext {
  readonly life: Life;
  readonly stores: BatchStores;
  readonly open: OpenStatements;
}

/** Opens the result behind a ticket: runs it, or reads what was kept. Throws NOT_FOUND, or how it failed. */
export async function fetchTicket(
  { life, stores, open }: TicketContext,
  handle: string,
  principal: Principal,
  signal: AbortSignal,
): Promise<RunningResult> {
  const ticket = open.ticket(handle, principal);
  if (ticket.kind !== 'deferred') {
    ticket.fetched = true;
    return ticket.kind === 'completed' ? replay(ticket.result) : ticket.run.read(signal);
  }
  const cancelled = new LightAbort();
  const linked = linkSignals([signal, ticket.session.signal], { into: cancelled });
  // The owner's session, which need not be the caller's, does not idle away meanwhile.
  const leave = ticket.session.enter();
  ticket.fetches.add(cancelled);
  const over = () => {
    ticket.fetched = true;
    ticket.fetches.delete(cancelled);
    leave();
    linked.dispose();
  };
  const { opened } = ticket;
  ticket.opened = undefined;
  if (opened !== undefined) {
    const stop = () => opened.abort(linked.signal.reason);
    if (linked.signal.aborted) stop();
    else linked.signal.addEventListener('abort', stop, { once: true });
    return endingWith(opened.result, async () => over());
  }
  try {
    return endingWith(await runTicket(life, stores, ticket, linked.signal), async () => over());
  } catch (error) {
    over();
    throw error;
  }
}

/** Stops what runs for a ticket, or keeps it from running. */
export async function cancelTicket(
  open: OpenStatements,
  handle: string,
  principal: Principal,
): Promise<'cancelled' | 'not-cancellable'> {
  const ticket = open.ticket(handle, principal);
  if (ticket.kind === 'completed') return 'not-cancellable';
  if (ticket.kind === 'background') {
    if (ticket.run.state !== 'running') return 'not-cancellable';
  } else {
    for (const fetch of ticket.fetches)
      fetch.abort(new GizmoError('CANCELLED', 'The statement was cancelled.'));
  }
  await open.dropTicket(handle);
  return 'cancelled';
}

/** Waits a little for a statement in the background; its ticket's lifetime starts anew. */
export async function pollTicket(
  open: OpenStatements,
  handle: string,
  principal: Principal,
  signal: AbortSignal,
): Promise<PollAnswer> {
  const ticket = open.ticket(handle, principal);
  if (ticket.kind !== 'background') {
    throw new GizmoError('INVALID_ARGUMENT', 'This ticket is not one to poll for. Fetch it with DoGet.');
  }
  const { run, session } = ticket;
  try {
    await run.wait(signal);
  } catch (error) {
    if (run.state === 'failed') await open.dropTicket(handle);
    throw error;
  }
  const running = run.state === 'running';
  return {
    ...open.renew(handle, principal),
    running,
    schema: run.schema,
    progress: running ? await session.engine.progress() : 1,
    rows: running ? undefined : run.rows,
  };
}

/** Runs the statement behind a ticket, planned anew where it was closed or has run before. */
async function runTicket(
  life: Life,
  stores: BatchStores,
  ticket: DeferredTicket,
  signal: AbortSignal,
): Promise<RunningResult> {
  const { session, sql, prepared, parameters, schema } = ticket;
  const release = await session.queue.acquire(signal);
  try {
    await enterTransaction(life, { session, signal });
    const usable = prepared?.closed === true ? undefined : ticket.statement;
    const lent = prepared !== undefined && usable !== undefined;
    // Taken out of the ticket while it runs: a ticket that expires meanwhile must not close it.
    if (!lent) ticket.statement = undefined;
    const statement =
      usable ?? (await openStatement(life, { session, sql, door: 'statement-query', signal }));
    const free = async () => {
      if (!lent) await statement.engine.close();
    };
    try {
      const result = await executeRows(life, statement, signal, parameters);
      if (!schemasEqual(result.schema, schema)) {
        await result.close();
        throw new GizmoError(
          'FAILED_PRECONDITION',
          'A table or view changed since the statement was described. Run the statement again.',
        );
      }
      const holding = endingWith(result, () => free().finally(release));
      return givingWay(holding, session.queue, stores, signal);
    } catch (error) {
      await free();
      throw error;
    }
  } catch (error) {
    release();
    throw error;
  }
}
