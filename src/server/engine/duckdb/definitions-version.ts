/** Counts the statements of a database that may have changed which views, macros and types there are. */
import type { StatementKind } from '../../model/statement-kind.js';

export class DefinitionsVersion {
  #value = 0;

  get value(): number {
    return this.#value;
  }

  /** To be called before and after each run, of any session; true where the statement may have changed one. */
  note(kind: StatementKind, sql: string): boolean {
    const changes = OTHERS.has(kind) || IMPORT.test(sql) || (DEFINING.has(kind) && WORDS.test(sql));
    if (changes) this.#value += 1;
    return changes;
  }

  /** A transaction that had changed one has ended. */
  bump(): void {
    this.#value += 1;
  }
}

const DEFINING: ReadonlySet<StatementKind> = new Set<StatementKind>(['create', 'alter', 'drop', 'multi']);
/** Key words, which cannot be written in another way. */
const WORDS = /\b(?:view|macro|function|schema|type)\b/i;
/** IMPORT DATABASE is whatever the last statement in its files is. */
const IMPORT = /\bimport\b/i;
const OTHERS: ReadonlySet<StatementKind> = new Set<StatementKind>([
  'attach',
  'detach',
  'copy-database',
  'pragma',
  'call',
  'load',
  'extension',
]);
