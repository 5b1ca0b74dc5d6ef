/**
 * What clients hold handles of: prepared statements, and tickets for results. Handles are opaque random ids and
 * say nothing about SQL. A prepared statement belongs to one session; a ticket may be fetched by the same
 * principal over another connection; for anyone else both do not exist.
 */
import { randomUUID } from 'node:crypto';
import { GizmoError } from '../../errors.js';
import { identityOf, type Principal } from '../model/principal.js';
import type { Session } from '../session/session.js';
import type { Held as HeldMemory, UserMemory } from '../session/user-memory.js';
import { PARAMETER_BYTES_MAX_PER_SESSION, parameterBytes, tooManyParameters } from './held-parameters.js';
import type { ParameterRows } from './statement.js';
import type { PreparedStatement, Ticket } from './ticket.js';
import { withTurn } from './turn.js';

const PREPARED_MAX_PER_SESSION = 1000;
/** Unfetched and fetched tickets a session may hold; the oldest makes room. */
const TICKETS_MAX_PER_SESSION = 2048;
/** A ticket that nobody has fetched yet gives way to new ones only after this. */
const TICKET_PATIENCE_MS = 30_000;
/** Text of prepared statements, for each session. */
const PREPARED_CHARS_MAX_PER_SESSION = 64 * 1024 * 1024;
const TICKET_LIFETIME_MS = 5 * 60 * 1000;
/** Memory of results that ran at once and wait to be fetched, and of the parameters of others, for each session. */
const KEPT_BYTES_MAX_PER_SESSION = 256 * 1024 * 1024;
/** Statements of PollFlightInfo, running and done. */
const BACKGROUND_MAX_PER_SESSION = 16;
const SWEEP_INTERVAL_MS = 30_000;

export interface OpenStatements {
  addPrepared(prepared: PreparedStatement): string;
  /** Throws NOT_FOUND unless the handle is this session's. */
  prepared(handle: string, session: Session): PreparedStatement;
  closePrepared(handle: string, session: Session): Promise<void>;
  /** Keeps parameters for the next executions. Throws RESOURCE_EXHAUSTED beyond what a session may hold. */
  bind(prepared: PreparedStatement, parameters: ParameterRows | undefined): void;
  addTicket(ticket: Ticket): IssuedTicket;
  /** Throws NOT_FOUND unless the ticket is alive and this principal's. */
  ticket(handle: string, principal: Principal): Ticket;
  /** Starts a ticket's lifetime anew. Throws as {@link ticket}. */
  renew(handle: string, principal: Principal): IssuedTicket;
  /** Forgets a ticket and frees what it holds. */
  dropTicket(handle: string): Promise<void>;
  /** Of all sessions together. */
  readonly counts: { readonly prepared: number; readonly tickets: number; readonly keptBytes: number };
  stop(): void;
}

export interface IssuedTicket {
  readonly ticket: string;
  /** Milliseconds since the epoch. */
  readonly expiresAtMs: number;
}

interface Held {
  readonly prepared: Map<string, PreparedStatement>;
  readonly tickets: Map<string, { readonly ticket: Ticket; readonly expiresAtMs: number }>;
  /** Of all tickets. */
  keptBytes: number;
  /** Of all prepared statements. */
  boundBytes: number;
  /** What all of it takes. */
  readonly memory: HeldMemory;
}

/** Keeps them until they are closed, expire, or their session ends. Call `stop` when the server does. */
export function createOpenStatements(nowMs: () => number, memory: UserMemory): OpenStatements {
  const bySession = new Map<Session, Held>();
  const ticketOwners = new Map<string, Session>();
  const sweeper = setInterval(sweep, SWEEP_INTERVAL_MS);
  sweeper.unref();

  function heldBy(session: Session): Held {
    if (session.signal.aborted) throw session.signal.reason;
    let held = bySession.get(session);
    if (held === undefined) {
      const ofUser = memory.hold(session.principal);
      held = { prepared: new Map(), tickets: new Map(), keptBytes: 0, boundBytes: 0, memory: ofUser };
      bySession.set(session, held);
      // The engine connection goes with the session, and every statement on it.
      session.onEnd(() => {
        for (const [handle, { ticket }] of bySession.get(session)?.tickets ?? []) {
          ticketOwners.delete(handle);
          letGo(ticket).catch(closedWithItsSession);
        }
        bySession.delete(session);
        ofUser.set(0);
      });
    }
    return held;
  }

  function sweep(): void {
    const now = nowMs();
    for (const { tickets } of bySession.values()) {
      for (const [handle, { expiresAtMs }] of tickets) {
        if (expiresAtMs > now) break;
        open.dropTicket(handle).catch(closedWithItsSession);
      }
    }
  }

  /** The oldest tickets go until the new one fits, by number and by the memory that kept results take. */
  function makeRoom(session: Held, ticket: Ticket): void {
    const { tickets } = session;
    let bytes = session.keptBytes + keptBytes(ticket);
    const patient = nowMs() + TICKET_LIFETIME_MS - TICKET_PATIENCE_MS;
    for (const [handle, held] of tickets) {
      const tooMany = tickets.size >= TICKETS_MAX_PER_SESSION;
      if (!tooMany && bytes <= KEPT_BYTES_MAX_PER_SESSION) return;
      if (!tooMany && keptBytes(held.ticket) === 0) continue;
      if (!held.ticket.fetched && held.expiresAtMs > patient) continue;
      bytes -= keptBytes(held.ticket);
      open.dropTicket(handle).catch(closedWithItsSession);
    }
    if (tickets.size < TICKETS_MAX_PER_SESSION && bytes <= KEPT_BYTES_MAX_PER_SESSION) return;
    throw new GizmoError(
      'RESOURCE_EXHAUSTED',
      'This session has too many results that nobody has fetched. Fetch some, or wait half a minute.',
    );
  }

  /** Each may hold an open file. The oldest that was done and read makes room; the others are still wanted. */
  function makeRoomInBackground(tickets: Held['tickets']): void {
    const background = [...tickets].filter(([, { ticket }]) => ticket.kind === 'background');
    if (background.length < BACKGROUND_MAX_PER_SESSION) return;
    const spent = background.find(([, { ticket }]) => ticket.kind === 'background' && ticket.run.spent);
    if (spent === undefined) {
      throw new GizmoError(
        'RESOURCE_EXHAUSTED',
        `This session has ${BACKGROUND_MAX_PER_SESSION} statements running or not yet fetched in the background. Fetch or cancel some, or wait until they expire.`,
      );
    }
    open.dropTicket(spent[0]).catch(closedWithItsSession);
  }

  function hold(tickets: Held['tickets'], handle: string, ticket: Ticket): IssuedTicket {
    const expiresAtMs = nowMs() + TICKET_LIFETIME_MS;
    tickets.set(handle, { ticket, expiresAtMs });
    return { ticket: handle, expiresAtMs };
  }

  const open: OpenStatements = {
    addPrepared(prepared) {
      const held = heldBy(prepared.session);
      if (held.prepared.size >= PREPARED_MAX_PER_SESSION) {
        throw new GizmoError(
          'RESOURCE_EXHAUSTED',
          `This session holds ${PREPARED_MAX_PER_SESSION} prepared statements. Close some before preparing more.`,
        );
      }
      const chars = [...held.prepared.values()].reduce(
        (sum, { sql }) => sum + sql.length,
        prepared.sql.length,
      );
      if (chars > PREPARED_CHARS_MAX_PER_SESSION) {
        throw new GizmoError(
          'RESOURCE_EXHAUSTED',
          `The prepared statements of this session exceed ${PREPARED_CHARS_MAX_PER_SESSION / 1024 / 1024} Mi characters. Close some.`,
        );
      }
      const handle = makeHandle();
      held.prepared.set(handle, prepared);
      return handle;
    },

    prepared(handle, session) {
      const prepared = bySession.get(session)?.prepared.get(handle);
      if (prepared === undefined) {
        throw noSuchPrepared();
      }
      return prepared;
    },

    async closePrepared(handle, session) {
      const prepared = open.prepared(handle, session);
      const held = heldBy(session);
      held.prepared.delete(handle);
      prepared.closed = true;
      held.boundBytes -= parameterBytes(prepared.parameters);
      held.memory.set(held.keptBytes + held.boundBytes);
      // In its turn and not awaited: clients close a statement before they have read its result, which goes on.
      const close = async () => prepared.statement?.engine.close();
      withTurn(session, session.signal, close).catch(closedWithItsSession);
    },

    bind(prepared, parameters) {
      if (prepared.closed) throw noSuchPrepared();
      const held = heldBy(prepared.session);
      const bytes = held.boundBytes - parameterBytes(prepared.parameters) + parameterBytes(parameters);
      if (bytes > PARAMETER_BYTES_MAX_PER_SESSION) {
        throw tooManyParameters('bound');
      }
      held.memory.set(held.keptBytes + bytes);
      held.boundBytes = bytes;
      prepared.parameters = parameters;
    },

    addTicket(ticket) {
      const session = heldBy(ticket.session);
      const { tickets } = session;
      if (ticket.kind === 'background') makeRoomInBackground(tickets);
      makeRoom(session, ticket);
      session.memory.set(session.keptBytes + keptBytes(ticket) + session.boundBytes);
      session.keptBytes += keptBytes(ticket);
      const handle = makeHandle();
      ticketOwners.set(handle, ticket.session);
      return hold(tickets, handle, ticket);
    },

    renew(handle, principal) {
      const ticket = open.ticket(handle, principal);
      const { tickets } = heldBy(ticket.session);
      // Behind the others: they stand in the order in which they expire.
      tickets.delete(handle);
      return hold(tickets, handle, ticket);
    },

    ticket(handle, principal) {
      const owner = ticketOwners.get(handle);
      const found = owner && bySession.get(owner)?.tickets.get(handle);
      if (
        found === undefined ||
        found.expiresAtMs <= nowMs() ||
        identityOf(found.ticket.session.principal) !== identityOf(principal)
      ) {
        throw new GizmoError(
          'NOT_FOUND',
          'There is no such ticket: it was never issued to you, or it has expired. Run the statement again.',
        );
      }
      return found.ticket;
    },

    async dropTicket(handle) {
      const owner = ticketOwners.get(handle);
      ticketOwners.delete(handle);
      const session = owner && bySession.get(owner);
      const ticket = session?.tickets.get(handle)?.ticket;
      if (session === undefined || ticket === undefined) return;
      session.tickets.delete(handle);
      session.keptBytes -= keptBytes(ticket);
      session.memory.set(session.keptBytes + session.boundBytes);
      await letGo(ticket);
      if (ticket.kind === 'deferred' && ticket.prepared === undefined) await ticket.statement?.engine.close();
    },

    get counts() {
      const held = [...bySession.values()];
      return {
        prepared: held.reduce((sum, { prepared }) => sum + prepared.size, 0),
        tickets: ticketOwners.size,
        keptBytes: held.reduce((sum, session) => sum + session.keptBytes, 0),
      };
    },

    stop: () => clearInterval(sweeper),
  };
  return open;
}

/** Frees what a ticket keeps besides its statement. */
async function letGo(ticket: Ticket): Promise<void> {
  if (ticket.kind === 'background') await ticket.run.stop();
  if (ticket.kind === 'deferred') await ticket.opened?.result.close();
}

function keptBytes(ticket: Ticket): number {
  if (ticket.kind === 'deferred') return parameterBytes(ticket.parameters);
  if (ticket.kind !== 'completed') return 0;
  return ticket.result.batches.reduce((sum, batch) => sum + batch.body.byteLength, 0);
}

function noSuchPrepared(): GizmoError {
  return new GizmoError('NOT_FOUND', 'There is no such prepared statement in this session.');
}

/** What was to be closed went with its session, or with the engine: there is nothing left to free. */
function closedWithItsSession(): void {}

/** 122 random bits, in 32 hexadecimal digits. Node has some in store for these. */
function makeHandle(): string {
  return randomUUID().replaceAll('-', '');
}
