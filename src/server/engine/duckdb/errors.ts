/** DuckDB's error text, kept word for word, and the GizmoError code that it amounts to. */
import { type ErrorCode, GizmoError } from '../../../errors.js';

/**
 * Turns what a DuckDB call threw into a GizmoError. The message stays DuckDB's own, with its excerpt
 * (`LINE 1: … ^`), because the shell shows it as it is; `position` is the caret's place in `sql`.
 */
export function toEngineError(reason: unknown, sql?: string): GizmoError {
  if (reason instanceof GizmoError) return reason;
  const text = reason instanceof Error ? reason.message : String(reason);
  const whole = text.startsWith(CLOSED_PREFIX) ? text.slice(CLOSED_PREFIX.length) : text;
  const [, kind = '', first = ''] = /^(\w+) Error: ([^\n]*)/.exec(whole) ?? [];
  const isInternal = kind.toUpperCase() === 'INTERNAL';
  if (isInternal && NO_QUERY_YET.test(first) && /current_query/i.test(sql ?? ''))
    return new GizmoError('INVALID_ARGUMENT', CURRENT_QUERY, { cause: reason });
  if (isInternal && REPLACED.test(first))
    return new GizmoError('FAILED_PRECONDITION', REPLACED_DATABASE, { cause: reason });
  const message =
    isInternal && isMisuse(first)
      ? `Parser Error: ${first}`
      : whole.replace(SHADOWED, '').replace(CLOSED, '$1 (--external-access says what the engine opens)');
  const position = sql === undefined ? undefined : findPosition(message, sql);
  return new GizmoError(classify(message), message.trimEnd(), {
    cause: reason,
    ...(position === undefined ? {} : { position }),
  });
}

/**
 * Whether the instance has reached a state that only reopening the database ends. Only the kind in front counts:
 * what follows may be a user's own words (`select error('…')`).
 */
export function isFatal(error: GizmoError): boolean {
  return error.message.startsWith('FATAL Error');
}

/** Whether DuckDB refused because the transaction has failed before. */
export function isAborted(error: unknown): boolean {
  return error instanceof GizmoError && error.message.includes('Current transaction is aborted');
}

/** Whether a transaction met another database by the name of one that it uses: it is to be rolled back at once. */
export function isOfReplaced({ message }: GizmoError): boolean {
  return message === REPLACED_DATABASE;
}

/** Whether it is a mistake in a text that DuckDB's parser takes for its own: ALTER SEQUENCE … OWNED BY a.b.c. */
export function isMisuse(message: string): boolean {
  return message.startsWith('Wrong argument for owned_by');
}

/** How DuckDB fails on `FROM repeat(current_query(), 1)`, whose arguments it computes while there is no query. */
const NO_QUERY_YET = /^Attempted to dereference unique_ptr that is NULL/;
const CURRENT_QUERY =
  'Binder Error: current_query() cannot be an argument in FROM, which is computed before there is a query. Put it into the list of SELECT.';

/** How DuckDB fails on a list of all tables after DETACH x and ATTACH … AS x, in a transaction that has used the first x. */
const REPLACED = /^Database name .* was already used by a different database for this meta transaction/;
const REPLACED_DATABASE =
  'A database was detached while this transaction used it, and another one has its name now. The transaction is rolled back; end it with ROLLBACK.';

/** What DuckDB puts before the words of the macros that stand before functions a session may not call. */
const SHADOWED = /^Invalid Input Error: (?=Permission denied: )/;

/** How DuckDB refuses what `--external-access` has closed, to administrators too. */
const CLOSED =
  /^((?:Permission Error|Invalid Input Error): Cannot (?:access|change)[^\n]* - (?:file system operations are disabled by configuration|the configuration has been locked))/;

const CLOSED_PREFIX = 'Attempting to execute an unsuccessful or closed pending query result\nError: ';

/** By the first words of the text, which are DuckDB's `ExceptionTypeToString`; the first match holds. */
const CODES: readonly (readonly [RegExp, ErrorCode])[] = [
  [/^FATAL Error/, 'UNAVAILABLE'],
  [/^INTERRUPT Error/, 'CANCELLED'],
  [/Current transaction is aborted/, 'FAILED_PRECONDITION'],
  [/^TransactionContext Error: .*(onflict|Failed to commit)/, 'ABORTED'],
  [/^Transaction Error: .*onflict/, 'ABORTED'],
  [/^TransactionContext Error/, 'FAILED_PRECONDITION'],
  [/^Catalog Error: .*write-write conflict/i, 'ABORTED'],
  [/^Catalog Error: .*already exists/, 'ALREADY_EXISTS'],
  [/^Catalog Error: .*does not exist/, 'NOT_FOUND'],
  [/^(Parser|Syntax|Binder|Catalog|Parameter Not Resolved|Parameter Not Allowed) Error/, 'INVALID_ARGUMENT'],
  // The second is what stands before the file readers where a session may not reach files.
  [/^Permission Error|^Permission denied: |the configuration has been locked/, 'PERMISSION_DENIED'],
  [/No statement to prepare|Values were not provided/, 'INVALID_ARGUMENT'],
  [/^Out of Memory Error/, 'RESOURCE_EXHAUSTED'],
  [/^(INTERNAL|Serialization) Error/, 'INTERNAL'],
  [/^(Not implemented) Error/i, 'UNIMPLEMENTED'],
  [/read-only/, 'FAILED_PRECONDITION'],
];

function classify(message: string): ErrorCode {
  return CODES.find(([pattern]) => pattern.test(message))?.[1] ?? 'STATEMENT_FAILED';
}

/**
 * Where a statement fails in one of DuckDB's threads, the others are told to stop, and now and then it is that
 * which DuckDB reports. Nobody asked for it: the statement failed.
 */
export function lostReason(cause: GizmoError): GizmoError {
  return new GizmoError(
    'STATEMENT_FAILED',
    'The statement failed after it had begun, such as by a cast or an overflow in one of its rows; which one, DuckDB did not say this time.',
    { cause },
  );
}

/** Finds the caret of `LINE n: excerpt` in the statement; undefined where the excerpt cannot be placed. */
function findPosition(message: string, sql: string): number | undefined {
  const match = /^LINE (\d+): (.*)\n( *)\^/m.exec(message);
  if (match === null) return undefined;
  const [, lineText = '', excerpt = '', indent = ''] = match;
  const lines = sql.split('\n');
  const line = lines[Number(lineText) - 1];
  if (line === undefined) return undefined;
  const cut = excerpt.startsWith('...') ? 3 : 0;
  const shown = excerpt.slice(cut).replace(/\.\.\.$/, '');
  const start = line.indexOf(shown);
  const column = start + indent.length - `LINE ${lineText}: `.length - cut;
  if (start < 0 || column < 0 || column > line.length) return undefined;
  return lines.slice(0, Number(lineText) - 1).reduce((sum, each) => sum + each.length + 1, column);
}
