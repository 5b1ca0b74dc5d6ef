/** Statements of the server's own that return nothing, such as BEGIN: through the same steps as anybody's. */
import { drain, execute, openStatement } from './life.js';
import type { Life } from './life-context.js';
import type { StatementRequest } from './statement.js';

/** Runs one to its end. The session's turn must be held. */
export async function runCommand(life: Life, request: StatementRequest): Promise<void> {
  const statement = await openStatement(life, request);
  try {
    await drain(await execute(life, statement, request.signal));
  } finally {
    await statement.engine.close();
  }
}
