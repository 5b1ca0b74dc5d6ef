/**
 * Counts what may have changed the data of a database. DuckDB plans a statement with the statistics of its tables, such
 * as that no id exceeds 999, and goes by them for as long as it is prepared, whatever is inserted afterwards: only a
 * changed catalog, or a parameter, makes it plan anew. So whoever runs a statement that was prepared before plans again.
 */
import type { StatementKind } from '../../model/statement-kind.js';

export class DataVersion {
  /** Of every thread that runs statements. */
  readonly shared: SharedArrayBuffer;
  readonly #count: Int32Array;

  /** @param shared that of the same database in another thread */
  constructor(shared: SharedArrayBuffer = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT)) {
    this.shared = shared;
    this.#count = new Int32Array(shared);
  }

  get value(): number {
    return Atomics.load(this.#count, 0);
  }

  /** To be called when something that is not certain to have read only is over, of any session. */
  bump(): void {
    Atomics.add(this.#count, 0, 1);
  }

  /** The same after a run: a SELECT changes no table, and where definitions change DuckDB plans anew by itself. */
  note(kind: StatementKind): void {
    if (!WITHOUT_DATA.has(kind)) this.bump();
  }
}

const WITHOUT_DATA: ReadonlySet<StatementKind> = new Set<StatementKind>([
  'select',
  'create',
  'create-function',
  'alter',
  'drop',
  'set',
  'set-variable',
]);

/** Kinds of statements whose plan depends on data. */
export const PLANNED_ON_DATA: ReadonlySet<StatementKind> = new Set<StatementKind>([
  'select',
  'insert',
  'update',
  'delete',
  'merge',
  'create',
  'copy',
  'explain',
]);
