/** Runs statements over a channel, in the session at large or in a transaction. */
import { encodeFlightData } from '../../flight/flight-data.js';
import { encodeCommand } from '../../flight/sql/command.js';
import { decodeUpdateResult } from '../../flight/sql/put-result.js';
import { describeCommand } from '../connect/channel.js';
import type { ChannelPool } from '../connect/channel-pool.js';
import { changesOf } from '../connect/conversation.js';
import type {
  CallOptions,
  IngestOptions,
  IngestSource,
  PreparedStatement,
  QueryOptions,
  StatementOptions,
  Statements,
} from '../flight-sql-client.js';
import type { ResultStream } from '../result/result.js';
import type { Row } from '../rows/value.js';
import { runCommand } from './run-command.js';

export class FlightSqlStatements implements Statements {
  protected readonly channels: ChannelPool;
  readonly #transactionId: Uint8Array | undefined;

  constructor(channels: ChannelPool, transactionId?: Uint8Array) {
    this.channels = channels;
    this.#transactionId = transactionId;
  }

  async query<T extends Row = Row>(sql: string, options: QueryOptions = {}): Promise<ResultStream<T>> {
    const { parameters } = options;
    if (parameters === undefined)
      return runCommand<T, 'CommandStatementQuery'>(
        this.channels,
        { type: 'CommandStatementQuery', message: { query: sql, ...this.#transaction() } },
        options,
      );
    const statement = await this.#prepare<T>(sql, options);
    try {
      return await statement.run(parameters, options, () => statement.closeSoon());
    } catch (error) {
      statement.closeSoon();
      throw error;
    }
  }

  async execute(sql: string, options: StatementOptions = {}): Promise<number | undefined> {
    const { parameters, signal } = options;
    if (parameters === undefined) {
      const message = { query: sql, ...this.#transaction() };
      const cmd = encodeCommand({ type: 'CommandStatementUpdate', message });
      const { home } = this.channels;
      const frames = [encodeFlightData({ descriptor: describeCommand(cmd) })];
      if (home.converses) return await changesOf(home.converse(frames, signal));
      const result = await home.doPut(frames, signal);
      return result && countOf(decodeUpdateResult(result.appMetadata));
    }
    const statement = await this.#prepare(sql, options);
    try {
      return await statement.execute(parameters, options);
    } finally {
      statement.closeSoon();
    }
  }

  prepare<T extends Row = Row>(sql: string, options: CallOptions = {}): Promise<PreparedStatement<T>> {
    return this.#prepare<T>(sql, options);
  }

  async ingest(
    table: string,
    source: IngestSource,
    options: IngestOptions = {},
  ): Promise<number | undefined> {
    const { ingest } = await import('./ingest.js');
    return countOf(await ingest(this.channels.home, table, source, options, this.#transactionId));
  }

  async #prepare<T extends Row>(sql: string, options: CallOptions) {
    const { prepareStatement } = await import('./prepared-statement.js');
    return prepareStatement<T>(this.channels, { query: sql, ...this.#transaction() }, options);
  }

  #transaction(): { readonly transactionId?: Uint8Array } {
    return this.#transactionId === undefined ? {} : { transactionId: this.#transactionId };
  }
}

/** Counts beyond 2^53 exist in no table. */
function countOf(count: bigint | undefined): number | undefined {
  return count === undefined ? undefined : Number(count);
}
