/** What the steps of a statement's life are given. */
import type { Access } from '../access/access.js';
import type { Logger } from '../telemetry/logger.js';
import type { Admission } from './admit.js';
import type { OwnStatements } from './own/own-statements.js';
import type { ServerTables } from './tables/server-tables.js';

/** What the steps need to know about the server. */
export interface Life {
  readonly admission: Admission;
  /** Statements that never reach the engine. */
  readonly own: OwnStatements;
  readonly access: Access;
  /** Table functions of the server's own. */
  readonly tables: ServerTables;
  /** 0 = no limit. */
  readonly queryTimeoutMs: number;
  readonly printQueries: boolean;
  readonly log: Logger;
  readonly nowMs: () => number;
}
