/** Gizmo's own SQL statements, such as CREATE USER: what one is, and what a family of them is to the frame. */
import type { ArrowSchema } from '../../../flight/ipc/types.js';
import type { Person } from '../../model/principal.js';
import type { Session } from '../../session/session.js';
import type { Words } from './words.js';

/** One statement, read and not yet run. */
export interface OwnCommand {
  /** What it does, as the end of "The role user may not …": `create users`. */
  readonly what: string;
  mayRun(principal: Person): boolean;
  /** The sentence for whom {@link mayRun} refuses, where it has to be one that others know. */
  readonly refusal?: string;
  /**
   * None of them is part of the session's transaction: what one did stays when that is rolled back. So where that
   * would surprise, an open transaction refuses it (`refused`); `apart` runs all the same (KILL).
   */
  readonly inTransaction: 'refused' | 'apart';
  /** Columns of its answer; without fields it answers nothing, as DDL. */
  readonly schema: ArrowSchema;
  /** Does it, exactly once, and resolves with the answer's columns, as buildBatch takes them. */
  run(by: OwnCaller): Promise<OwnAnswer>;
}

/** One array of values for each field of the command's schema. */
export type OwnAnswer = readonly (readonly unknown[])[];

/** Who runs it. */
export interface OwnCaller {
  readonly session: Session;
  readonly signal: AbortSignal;
  /** The id of the statement that this is, as gizmo_queries() has it. */
  readonly task: string;
}

/** Statements that begin alike and belong together. */
export interface OwnFamily {
  /**
   * The first words of its statements, keywords in capitals. A pattern matches a word or a quoted name. A text that
   * begins so is never seen by the engine's parser.
   */
  readonly begins: readonly (readonly (string | RegExp)[])[];
  /** How they are written, in one line. */
  readonly usage: string;
  /** Reads one from its first word. Throws what `words` throws. */
  parse(words: Words): OwnCommand;
}
