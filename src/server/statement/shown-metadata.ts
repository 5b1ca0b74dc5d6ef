/** The server's own questions about metadata, as they are asked for somebody who may not know all of it. */
import { isLimited } from '../access/decide.js';
import type { Life } from './life-context.js';
import type { StatementRequest } from './statement.js';

/** The request with the filtered functions of its session in the place of DuckDB's, where it is one for metadata. */
export function shownMetadata({ access }: Pick<Life, 'access'>, request: StatementRequest): StatementRequest {
  const { door, session, sql } = request;
  if (door !== 'metadata' || !isLimited(access.rightsOf(session.principal))) return request;
  return { ...request, sql: sql.replace(/\bsystem\.main\.(?=duckdb_)/g, 'temp.main.') };
}
