/**
 * A transaction goes on to use the database that had a name when it used it first. Where another one has the name meanwhile
 * (DETACH x, ATTACH … AS x), whatever lists tables in the transaction fails, and DuckDB is left with a reference to the other
 * one that it does not hold: once that is detached, too, the end of the transaction ends the process. So it is held from
 * here until all transactions are over that may have used the one before.
 */
import duckdb from '@duckdb/node-bindings';
import { GizmoError } from '../../../errors.js';
import { quoteName } from '../../../sql/quote.js';
import type { StatementKind } from '../../model/statement-kind.js';
import type { Lane } from './lane.js';
import type { ProcessMemory } from './memory.js';
import { readTexts } from './read-texts.js';

/** Of a session, what this file asks. */
export interface UnderWay {
  /** Undefined where no transaction is open; else resolves when it is over. */
  over(): Promise<void> | undefined;
}

export class ReplacedDatabases {
  readonly #connect: () => Promise<Lane>;
  readonly #memory: ProcessMemory | undefined;
  readonly #sessions = new Set<UnderWay>();
  /** By name, the number of the database that had it last. */
  #known = new Map<string, string>();
  #lane: Lane | undefined;
  #looking: Promise<void> = Promise.resolve();
  readonly #holding = new Set<Promise<void>>();

  /** @param connect opens a connection of the server's own */
  constructor(connect: () => Promise<Lane>, memory: ProcessMemory | undefined) {
    this.#connect = connect;
    this.#memory = memory;
  }

  /** A session has been opened; what it returns is to be called when it is closed. */
  watch(session: UnderWay): () => void {
    this.#sessions.add(session);
    return () => void this.#sessions.delete(session);
  }

  /** Runs a statement of any session. */
  async around<T>(kind: StatementKind, run: () => Promise<T>): Promise<T> {
    if (kind !== 'attach' && kind !== 'detach') return await run();
    // Another one may have been attached just now.
    await this.#look();
    try {
      return await run();
    } finally {
      if (kind === 'attach') await this.#look();
    }
  }

  /** Every session has been closed. */
  async close(): Promise<void> {
    await this.#looking;
    await Promise.all(this.#holding);
    await this.#lane?.close(closed());
  }

  async #look(): Promise<void> {
    // What cannot be looked at is left to itself.
    this.#looking = this.#looking.then(() => this.#lookNow()).catch(() => undefined);
    await this.#looking;
  }

  async #lookNow(): Promise<void> {
    this.#lane ??= await this.#connect();
    const [json = '[]'] = await readTexts(this.#lane, this.#memory, DATABASES_SQL);
    const databases: readonly Database[] = JSON.parse(json);
    const over = [...this.#sessions].flatMap((session) => session.over() ?? []);
    const before = over.length === 0 ? new Map<string, string>() : this.#known;
    this.#known = new Map([...before, ...databases.map(({ name, id }) => [name, id] as const)]);
    for (const { name, id } of databases)
      if ((before.get(name) ?? id) !== id) await this.#hold(name, Promise.all(over));
  }

  async #hold(name: string, over: Promise<unknown>): Promise<void> {
    const lane = await this.#connect();
    const use = `begin transaction; use ${quoteName(name)}`;
    const held = lane.call(() => duckdb.query(lane.connection, use));
    const holding: Promise<void> = held
      .then(() => over)
      .catch(() => undefined)
      .then(() => lane.close(closed()))
      .finally(() => this.#holding.delete(holding));
    this.#holding.add(holding);
    await held;
  }
}

interface Database {
  readonly name: string;
  readonly id: string;
}

/** Another one of the same name has another number. */
const DATABASES_SQL = `select coalesce(system.main.to_json(system.main.list(
    system.main.struct_pack("name" := database_name, id := database_oid::varchar)))::varchar, '[]')
  from system.main.duckdb_databases() where not internal`;

function closed(): GizmoError {
  return new GizmoError('UNAVAILABLE', 'The database is closed.');
}
