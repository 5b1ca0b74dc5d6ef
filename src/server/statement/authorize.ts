/** Step 3: may this principal run this statement? Asked when it is planned, and again each time it runs. */
import type { AuthorizedStatement, PlannedStatement } from './statement.js';

/** Every principal there is today is an administrator (start-up token, bootstrap user), so all may. */
export function authorize(statement: PlannedStatement): AuthorizedStatement {
  return statement as AuthorizedStatement;
}
