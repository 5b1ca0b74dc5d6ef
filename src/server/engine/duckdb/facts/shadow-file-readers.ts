/**
 * Binding a file reader opens the file already. Where a session may not reach files, macros of the same names stand
 * before the readers and fail instead; they also catch `FROM 'x.csv'`, which DuckDB turns into such a call.
 */
import { FILES_REFUSED } from '../../../model/files-refused.js';
import { FILE_READERS } from './function-classes.js';

const REFUSAL = FILES_REFUSED.replaceAll("'", "''");

/** SQL that makes the macros in the session's temporary catalog; it needs to be run once. */
export const SHADOW_FILE_READERS = FILE_READERS.map(
  (name) =>
    `create temp macro "${name}"(path) as table select * from system.main.range(system.main.error('${REFUSAL}' || system.main.left(path::varchar, 0))::int)`,
).join('; ');

/** The same for whoever may change nothing: a macro can have nextval in a place that is evaluated while it is bound. */
export const SHADOW_NEXTVAL =
  "create temp macro nextval(name) as system.main.error('Permission denied: this login may not advance a sequence')::bigint";
