/** What the operator gives somebody on a database, as quicSQL has it. */
import type { DatabaseGrantLevel } from './rights.js';

export interface DatabaseGrant {
  /** A database's name, or `*` for all of them. */
  readonly database: string;
  /** A principal's name, letter by letter, or `*` for everybody. */
  readonly principal: string;
  readonly level: DatabaseGrantLevel;
}
