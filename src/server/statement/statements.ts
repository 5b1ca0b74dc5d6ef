/**
 * What the doors may do with SQL: describe it, run it for its result, run it for its count, prepare it, fetch
 * what a ticket stands for. Each takes the session's turn, goes through the life of a statement, and gives the
 * turn back.
 */
import { GizmoError } from '../../errors.js';
import type { ArrowSchema } from '../../flight/ipc/types.js';
import type { IngestRequest } from '../engine/engine.js';
import type { Principal } from '../model/principal.js';
import type { Session } from '../session/session.js';
import { askAbout } from './ask-hooks.js';
import { runInBackground } from './background-run.js';
import type { BatchStores } from './batch-store.js';
import { cancelTicket, fetchTicket, type PollAnswer, pollTicket } from './fetch-ticket.js';
import { givingWay } from './give-way.js';
import { holdingParameters } from './held-parameters.js';
import { ingest } from './ingest.js';
import { drain, execute, openStatement, prepareAlone } from './life.js';
import type { Life } from './life-context.js';
import { openAhead } from './open-ahead.js';
import type { IssuedTicket, OpenStatements } from './open-statements.js';
import { executeRows, updateRows } from './parameter-rows.js';
import { type QueryAnswer, queryNow, queryPreparedNow } from './query-now.js';
import { endingWith, type RunningResult } from './run.js';
import { COUNT_SCHEMA, NO_FIELDS, runToEnd } from './run-to-end.js';
import {
  readSessionOptions,
  type SessionOptionChanges,
  type SessionOptionError,
  setSessionOptions,
} from './session-options.js';
import { shownMetadata } from './shown-metadata.js';
import type { ParameterRows, PlannedStatement, Returns, StatementRequest } from './statement.js';
import type { PreparedStatement } from './ticket.js';
import {
  beginTransaction,
  endTransaction,
  enterTransaction,
  inTransaction,
  type TransactionUse,
} from './transactions.js';

/** A statement's result, waiting behind a ticket. */
export interface QueryInfo extends IssuedTicket {
  readonly schema: ArrowSchema;
  readonly returns: Returns;
  /** Rows changed, where the statement has run already. */
  readonly changes: number | undefined;
}

export interface PreparedInfo {
  readonly handle: string;
  readonly returns: Returns | undefined;
  /** Undefined where only running it will tell. */
  readonly schema: ArrowSchema | undefined;
  readonly parameters: ArrowSchema;
}

export interface Statements {
  query(request: StatementRequest): Promise<QueryInfo>;
  /** `query` and `fetch` in one, planned once and without a ticket; a query holds the session's turn until it is closed. */
  queryNow(request: StatementRequest): Promise<QueryAnswer>;
  /** The number of changed rows; 0 for statements that count nothing. */
  update(request: StatementRequest, parameters?: ParameterRows): Promise<number>;
  /** The schema of a statement's result without running it. */
  describe(request: StatementRequest): Promise<ArrowSchema | undefined>;
  /** Runs a query for somebody who reads all of it at once; the session's turn is held until it is closed. */
  read(request: StatementRequest, parameters?: ParameterRows): Promise<RunningResult>;
  prepare(request: StatementRequest): Promise<PreparedInfo>;
  /** The schema of a prepared statement's result with what is bound to it; undefined where only running it tells. */
  describePrepared(prepared: PreparedStatement, signal: AbortSignal): Promise<ArrowSchema | undefined>;
  queryPrepared(prepared: PreparedStatement, signal: AbortSignal): Promise<QueryInfo>;
  /** The same and its fetch in one, without a ticket. */
  queryPreparedNow(
    prepared: PreparedStatement,
    parameters: ParameterRows | undefined,
    signal: AbortSignal,
  ): Promise<QueryAnswer>;
  updatePrepared(prepared: PreparedStatement, signal: AbortSignal): Promise<number>;
  /** Opens the result behind a ticket; close it when read or given up. */
  fetch(ticket: string, principal: Principal, signal: AbortSignal): Promise<RunningResult>;
  /** Runs in the background what `query` plans, and answers with a ticket to poll and, once it is done, to fetch. */
  start(session: Session, query: (signal: AbortSignal) => Promise<QueryInfo>): string;
  /** Waits a little for what {@link start} began. Rejects as the statement did; it is forgotten then. */
  poll(ticket: string, principal: Principal, signal: AbortSignal): Promise<PollAnswer>;
  /** Stops what runs for a ticket, or keeps it from running. */
  cancel(ticket: string, principal: Principal): Promise<'cancelled' | 'not-cancellable'>;
  /** Begins a transaction of the session by action; resolves with its id. */
  beginTransaction(session: Session, signal: AbortSignal): Promise<string>;
  endTransaction(
    session: Session,
    id: string,
    how: 'COMMIT' | 'ROLLBACK',
    signal: AbortSignal,
  ): Promise<void>;
  /** Loads Arrow data into one table, all or nothing. */
  ingest(use: TransactionUse, request: IngestRequest): Promise<{ readonly rows: number }>;
  /** Asks the operator's function about a command that has no SQL, by its name. Throws PERMISSION_DENIED. */
  askAboutCommand(session: () => Promise<Session>, name: string): Promise<void>;
  setSessionOptions(
    session: Session,
    signal: AbortSignal,
    changes: SessionOptionChanges,
  ): Promise<ReadonlyMap<string, SessionOptionError>>;
  readSessionOptions(session: Session, signal: AbortSignal): Promise<ReadonlyMap<string, string>>;
  readonly open: OpenStatements;
}

export function createStatements(life: Life, open: OpenStatements, stores: BatchStores): Statements {
  /** Runs `statement` now, keeps what it returns, and answers with a ticket for it. */
  async function runNow(
    statement: PlannedStatement,
    signal: AbortSignal,
    parameters: ParameterRows | undefined,
  ): Promise<QueryInfo> {
    const { session, engine } = statement;
    const result = await runToEnd(life, statement, signal, parameters);
    const ticket = open.addTicket({ kind: 'completed', session, fetched: false, result });
    return { schema: result.schema, returns: engine.returns, changes: result.changes, ...ticket };
  }

  return {
    open,
    beginTransaction,
    endTransaction: (session, transactionId, how, signal) =>
      endTransaction(life, { session, signal, transactionId }, how),
    setSessionOptions: (session, signal, changes) => setSessionOptions(life, session, signal, changes),
    readSessionOptions: (session, signal) => readSessionOptions(life, session, signal),

    async askAboutCommand(session, name) {
      if (life.hooks.name('authorization') !== undefined) await askAbout(life.hooks, await session(), name);
    },

    ingest: (use, request) => ingest(life, { ...use, door: 'ingest' }, request),

    query: (request) =>
      inTransaction(life, request, async () => {
        const { session, signal } = request;
        const statement = await openStatement(life, request);
        const { schema, readOnly, returns, parts } = statement.engine;
        if (readOnly && parts === 1 && schema !== undefined) {
          const ticket = open.addTicket({
            kind: 'deferred',
            session,
            sql: statement.text,
            statement,
            prepared: undefined,
            parameters: undefined,
            schema,
            opened: undefined,
            fetched: false,
            fetches: new Set(),
          });
          return { schema, returns, changes: undefined, ...ticket };
        }
        try {
          return await runNow(statement, signal, undefined);
        } finally {
          await statement.engine.close();
        }
      }),

    queryNow: (request) => queryNow(life, stores, request),

    update: (request, parameters) =>
      inTransaction(life, request, async () => {
        const statement = await openStatement(life, request, parameters === undefined ? 'once' : undefined);
        try {
          return await runForCount(life, statement, request.signal, parameters);
        } finally {
          await statement.engine.close();
        }
      }),

    describe: (request) =>
      inTransaction(life, request, async () => {
        const statement = await prepareAlone(life, request);
        if (statement === undefined) throw describesOneOnly();
        try {
          return promisedSchema(statement);
        } finally {
          await statement.engine.close();
        }
      }),

    async read(request, parameters) {
      const release = await request.session.queue.acquire(request.signal);
      try {
        await enterTransaction(life, request);
        const once = parameters === undefined ? 'once' : undefined;
        const statement = await openStatement(life, shownMetadata(life, request), once);
        const free = () => statement.engine.close();
        try {
          const result = await executeRows(life, statement, request.signal, parameters);
          const holding = endingWith(result, () => free().finally(release));
          return givingWay(holding, request.session.queue, stores, request.signal);
        } catch (error) {
          await free();
          throw error;
        }
      } catch (error) {
        release();
        throw error;
      }
    },

    prepare: (request) =>
      inTransaction(life, request, async () => {
        const { session, sql } = request;
        const statement = await prepareAlone(life, request);
        let handle: string;
        try {
          handle = open.addPrepared({ session, sql, statement, parameters: undefined, closed: false });
        } catch (error) {
          await statement?.engine.close();
          throw error;
        }
        return {
          handle,
          returns: statement?.engine.returns,
          schema: statement && promisedSchema(statement),
          parameters: statement?.engine.parameters ?? NO_FIELDS,
        };
      }),

    async describePrepared({ statement, parameters }, signal) {
      if (statement === undefined) return undefined;
      if (parameters === undefined || !statement.engine.readOnly) return promisedSchema(statement);
      const { result } = await openAhead(life, stores, statement, parameters, signal);
      await result.close();
      return result.schema;
    },

    async queryPrepared(prepared, signal) {
      const { session, sql, statement, parameters } = prepared;
      if (statement === undefined) return this.query({ session, sql, door: 'prepared-query', signal });
      life.rate.take(session);
      const { readOnly, returns } = statement.engine;
      if (!readOnly || (parameters === undefined && statement.engine.schema === undefined))
        return holdingParameters(life, session, parameters, () =>
          inTransaction(life, { session, signal, sql }, () => runNow(statement, signal, parameters)),
        );
      const opened =
        parameters &&
        (await holdingParameters(life, session, parameters, () =>
          openAhead(life, stores, statement, parameters, signal),
        ));
      const schema = opened?.result.schema ?? statement.engine.schema ?? NO_FIELDS;
      try {
        const ticket = open.addTicket({
          kind: 'deferred',
          session,
          sql,
          statement,
          prepared,
          parameters,
          schema,
          opened,
          fetched: false,
          fetches: new Set(),
        });
        return { schema, returns, changes: undefined, ...ticket };
      } catch (error) {
        await opened?.result.close();
        throw error;
      }
    },

    queryPreparedNow: (prepared, parameters, signal) =>
      queryPreparedNow(life, stores, prepared, parameters, signal),

    updatePrepared(prepared, signal) {
      const { session, sql, statement, parameters } = prepared;
      if (statement === undefined) return this.update({ session, sql, door: 'prepared-update', signal });
      life.rate.take(session);
      return holdingParameters(life, session, parameters, () =>
        inTransaction(life, { session, signal, sql }, () => runForCount(life, statement, signal, parameters)),
      );
    },

    fetch: (handle, principal, signal) => fetchTicket({ life, stores, open }, handle, principal, signal),

    cancel: (handle, principal) => cancelTicket(open, handle, principal),

    start(session, query) {
      const store = stores.open();
      const run = runInBackground(session, store, async (signal, onPlanned) => {
        const info = await query(signal);
        onPlanned(info.schema);
        // Nobody else knows this ticket: what it stands for runs now, and only here.
        const result = await this.fetch(info.ticket, session.principal, signal);
        return endingWith(result, () => open.dropTicket(info.ticket));
      });
      try {
        return open.addTicket({ kind: 'background', session, fetched: false, run }).ticket;
      } catch (error) {
        run.stop().catch(() => undefined);
        throw error;
      }
    },

    poll: (handle, principal, signal) => pollTicket(open, handle, principal, signal),
  };
}

async function runForCount(
  life: Life,
  statement: PlannedStatement,
  signal: AbortSignal,
  parameters: ParameterRows | undefined,
): Promise<number> {
  if (statement.engine.returns === 'count') return updateRows(life, statement, signal, parameters);
  if (parameters !== undefined) return updateRows(life, statement, signal, parameters);
  return (await drain(await execute(life, statement, signal))) ?? 0;
}

/** What a statement streams through the query doors: DML its count, DDL nothing. */
function promisedSchema(statement: PlannedStatement): ArrowSchema | undefined {
  const { returns, schema } = statement.engine;
  if (returns === 'count') return COUNT_SCHEMA;
  return returns === 'nothing' ? NO_FIELDS : schema;
}

function describesOneOnly(): GizmoError {
  return new GizmoError(
    'INVALID_ARGUMENT',
    'The schema of a text with several statements is known only by running it. Ask for one statement at a time.',
  );
}
