/** A connection that may be lost: says so, and is made again when the next statement needs it. */
import { type ErrorCode, GizmoError } from '../../errors.js';
import type { FlightSqlClient } from '../flight-sql-client.js';
import type { PromptTracker } from './prompt.js';

export class Connection {
  readonly #session: { client: FlightSqlClient; notify(text: string): Promise<void> };
  readonly #prompt: PromptTracker;
  readonly #reconnect: (() => Promise<FlightSqlClient>) | undefined;
  #lost = false;
  #lostTransaction = false;

  constructor(
    session: { client: FlightSqlClient; notify(text: string): Promise<void> },
    prompt: PromptTracker,
    reconnect: (() => Promise<FlightSqlClient>) | undefined,
  ) {
    this.#session = session;
    this.#prompt = prompt;
    this.#reconnect = reconnect;
  }

  get isLost(): boolean {
    return this.#lost;
  }

  /** Looks whether an error means that the connection or its session is gone; answers what to tell then. */
  note(error: GizmoError): string | undefined {
    if (!LOST.has(error.code) || this.#reconnect === undefined || this.#lost) return undefined;
    this.#lost = true;
    this.#lostTransaction = this.#prompt.inTransaction;
    return this.#lostTransaction
      ? 'The open transaction is lost with it. The next statement connects again.'
      : 'The next statement connects again.';
  }

  /**
   * Connects again where needed.
   *
   * @throws GizmoError as connecting does; ABORTED where the statement must not run, because it was meant for the
   *   transaction that was lost and would run outside of it
   */
  async ensure(): Promise<void> {
    if (!this.#lost || this.#reconnect === undefined) return;
    const client = await this.#reconnect();
    await this.#session.client.close();
    this.#session.client = client;
    this.#lost = false;
    this.#prompt.noteConnection();
    await this.#session.notify('Connected again, in a new session: temporary tables and settings are gone.');
    if (!this.#lostTransaction) return;
    this.#lostTransaction = false;
    throw new GizmoError(
      'ABORTED',
      'Not run: this belonged to the transaction that was lost. Begin it again.',
    );
  }
}

/** Also a session that the server no longer knows, as after its restart. */
const LOST: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['UNAVAILABLE', 'UNAUTHENTICATED']);
