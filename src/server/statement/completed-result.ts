/** The whole result of a statement that ran at once, kept until somebody fetches it: DML and DDL run exactly once. */
import { GizmoError } from '../../errors.js';
import type { ArrowSchema, EncodedBatch } from '../../flight/ipc/types.js';
import { kept } from './batch-store.js';
import type { RunningResult } from './run.js';

/** Rows that RETURNING, CALL and the like may leave behind for a client that has not fetched them yet. */
const KEPT_BYTES_MAX = 256 * 1024 * 1024;

export interface CompletedResult {
  readonly schema: ArrowSchema;
  readonly schemaMessage: Uint8Array;
  readonly changes: number | undefined;
  readonly batches: readonly EncodedBatch[];
}

/** Reads `result` to its end. Beyond the limit the statement is stopped, and what it changed is rolled back. */
export async function complete(result: RunningResult): Promise<CompletedResult> {
  const batches: EncodedBatch[] = [];
  let bytes = 0;
  try {
    for (;;) {
      const batch = await result.next();
      if (batch === undefined) break;
      bytes += batch.body.byteLength;
      if (bytes > KEPT_BYTES_MAX) {
        throw new GizmoError(
          'RESOURCE_EXHAUSTED',
          `The statement changes data and returns more than ${KEPT_BYTES_MAX / 1024 / 1024} MiB of rows; it was stopped. Return fewer rows, or query them afterwards.`,
        );
      }
      batches.push(kept(batch));
    }
  } finally {
    await result.close();
  }
  return { schema: result.schema, schemaMessage: result.schemaMessage, changes: result.changes, batches };
}

/** A completed result as one that can be read, any number of times. */
export function replay(completed: CompletedResult): RunningResult {
  const rest = completed.batches.values();
  return {
    schema: completed.schema,
    schemaMessage: completed.schemaMessage,
    changes: completed.changes,
    next: async () => rest.next().value,
    close: async () => {},
  };
}
