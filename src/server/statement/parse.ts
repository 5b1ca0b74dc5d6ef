/** Step 1: a text into its statements, all of them checked for syntax before the first one runs. */
import { GizmoError } from '../../errors.js';
import { nestsCommentsDeeper } from '../../sql/comment-depth.js';
import { type SqlPiece, splitStatements } from '../../sql/split-statements.js';
import type { Door } from '../model/door.js';
import type { Session } from '../session/session.js';
import type { Life } from './life-context.js';
import type { OwnStatements } from './own/own-statements.js';
import type { StatementRequest } from './statement.js';

/** The texts of the statements in order; at least one. Throws INVALID_ARGUMENT for an empty text. */
export async function parse(
  { own, rate, settings }: Pick<Life, 'own' | 'rate' | 'settings'>,
  request: StatementRequest,
): Promise<readonly string[]> {
  const { sql, session, door } = request;
  // What comes first costs least.
  if (!INNER_DOORS.has(door)) rate.take(session);
  const charsMax = settings.number('max_sql_size');
  if (charsMax > 0 && sql.length > charsMax) {
    throw new GizmoError(
      'INVALID_ARGUMENT',
      `The statement has ${sql.length} characters; ${charsMax} are the limit (--max-sql-size).`,
    );
  }
  if (sql.includes('\0')) throw new GizmoError('INVALID_ARGUMENT', 'The statement contains a NUL character.');
  if (nestsCommentsDeeper(sql, COMMENT_DEPTH_MAX)) {
    throw new GizmoError('INVALID_ARGUMENT', `Comments can be nested ${COMMENT_DEPTH_MAX} deep, no more.`);
  }
  const { statements } = splitStatements(sql);
  const [only, ...more] = statements;
  if (only === undefined) throw new GizmoError('INVALID_ARGUMENT', 'There is no statement in this text.');
  // A single statement meets the engine's parser when it is planned; asking twice would only cost time. It is
  // handed over as it was sent, so that the positions in an error are those of the text the user sees.
  if (more.length === 0) return [sql];
  if (!INNER_DOORS.has(door)) rate.owe(session, more.length);
  // DuckDB reads the files of IMPORT DATABASE while it parses; each statement's own turn refuses it without that.
  const imports = statements.some(({ text }) => /^import\b/i.test(text));
  if (!imports || session.principal.role === 'admin') await parseAll(own, sql, statements, session);
  return statements.map((it) => it.text);
}

/** DuckDB takes ten seconds to read 10,000 that are nested, and nothing can interrupt it. */
const COMMENT_DEPTH_MAX = 100;

/** Statements that the server makes itself, around those that somebody sent. */
const INNER_DOORS: ReadonlySet<Door> = new Set<Door>(['transaction', 'session-option', 'init']);

/** The engine's statements are for its parser, Gizmo's own for theirs. */
async function parseAll(
  own: OwnStatements,
  sql: string,
  statements: readonly SqlPiece[],
  { engine }: Session,
): Promise<void> {
  const others = statements.filter(({ text }) => own.read(text) === undefined);
  if (others.length === statements.length) await engine.parse(sql);
  else if (others.length > 0) await engine.parse(others.map(({ text }) => text).join(';\n'));
}
