/** Names of tables, schemas and catalogs on the server, fetched when first wanted and kept until they may have changed. */
import { GizmoError } from '../../../errors.js';
import type { FlightSqlClient } from '../../flight-sql-client.js';
import { readArrays } from '../../rows/read-rows.js';
import { isKeyword } from '../keywords.js';

export class TableNames {
  readonly #client: () => FlightSqlClient;
  #known: readonly string[] | undefined;

  constructor(client: () => FlightSqlClient) {
    this.#client = client;
  }

  /** To be called after a statement that may create, drop or rename something. */
  forget(): void {
    this.#known = undefined;
  }

  /** Names that begin with `prefix`: plain ones, and dotted ones once a dot was typed. */
  async matching(prefix: string, signal: AbortSignal): Promise<string[]> {
    try {
      this.#known ??= await this.#load(signal);
    } catch (error) {
      // Completion is a courtesy: without an answer there are no names to offer.
      if (error instanceof GizmoError) return [];
      throw error;
    }
    const wanted = prefix.replaceAll('"', '').toLowerCase();
    const dots = wanted.split('.').length;
    return this.#known.filter((name) => {
      const plain = name.replaceAll('"', '').toLowerCase();
      return plain.startsWith(wanted) && plain.split('.').length === dots;
    });
  }

  async #load(signal: AbortSignal): Promise<string[]> {
    const names = new Set<string>();
    for await (const [catalog, schema, table] of readArrays(await this.#client().getTables({}, { signal }))) {
      const parts = [catalog, schema, table].map((part) => (typeof part === 'string' ? quoteName(part) : ''));
      for (let from = 0; from < parts.length; from++)
        for (let to = from + 1; to <= parts.length; to++) names.add(parts.slice(from, to).join('.'));
      if (names.size > NAMES_MAX) break;
    }
    names.delete('');
    return [...names].sort();
  }
}

/** More names than anyone completes; a larger catalog is offered in part. */
const NAMES_MAX = 100_000;

function quoteName(name: string): string {
  return name === '' || (/^[a-z_][a-z0-9_]*$/i.test(name) && !isKeyword(name))
    ? name
    : `"${name.replaceAll('"', '""')}"`;
}
