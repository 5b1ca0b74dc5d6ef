/** Statements that change something run at once and to their end; what they return is kept. */
import { buildBatch } from '../../flight/ipc/build.js';
import { encodeKnownSchema } from '../../flight/ipc/known-schemas.js';
import { type ArrowSchema, field } from '../../flight/ipc/types.js';
import { altered } from '../model/altered.js';
import { type CompletedResult, complete } from './completed-result.js';
import type { Life } from './life-context.js';
import { executeRows, updateRows } from './parameter-rows.js';
import type { ParameterRows, PlannedStatement } from './statement.js';

/** What DML streams through the query doors: one row, the number of changed rows. */
export const COUNT_SCHEMA: ArrowSchema = {
  fields: [
    field(
      'Count',
      { kind: 'int', bits: 64, signed: true },
      {
        metadata: new Map([['ARROW:FLIGHT:SQL:TYPE_NAME', 'BIGINT']]),
      },
    ),
  ],
};

/** What DDL streams: nothing. */
export const NO_FIELDS: ArrowSchema = { fields: [] };

/** Runs `statement` for each row of its parameters and keeps what it returns. */
export async function runToEnd(
  life: Life,
  statement: PlannedStatement,
  signal: AbortSignal,
  parameters: ParameterRows | undefined,
): Promise<CompletedResult> {
  const { returns } = statement.engine;
  if (returns === 'count') return countResult(await updateRows(life, statement, signal, parameters));
  const result = await complete(await executeRows(life, statement, signal, parameters));
  if (returns !== 'nothing') return result;
  return altered(result, { schema: NO_FIELDS, schemaMessage: encodeKnownSchema(NO_FIELDS), batches: [] });
}

function countResult(changes: number): CompletedResult {
  return {
    schema: COUNT_SCHEMA,
    schemaMessage: encodeKnownSchema(COUNT_SCHEMA),
    changes,
    batches: [buildBatch(COUNT_SCHEMA, [[BigInt(changes)]])],
  };
}
