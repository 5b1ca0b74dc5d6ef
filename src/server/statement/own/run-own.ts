/**
 * One of Gizmo's own statements in the shape that the life of a statement knows, so that it passes the same steps
 * and leaves by the same doors. It runs when it is executed, once, and answers with at most one batch.
 */
import { GizmoError } from '../../../errors.js';
import { buildBatch } from '../../../flight/ipc/build.js';
import { encodeSchema } from '../../../flight/ipc/schema.js';
import type { EngineResult, EngineStatement } from '../../engine/engine.js';
import type { Session } from '../../session/session.js';
import type { OwnCommand } from './own-statement.js';

/** The session's turn must be held when it is executed. */
export function ownStatement(command: OwnCommand, session: Session, task: string): EngineStatement {
  const { schema } = command;
  return {
    kind: 'own',
    parts: 1,
    serverTables: [],
    schema,
    returns: schema.fields.length === 0 ? 'nothing' : 'rows',
    readOnly: false,
    keepable: false,
    parameters: { fields: [] },
    async execute({ signal = session.signal, parameters } = {}) {
      if (parameters !== undefined)
        throw new GizmoError('INVALID_ARGUMENT', 'This statement takes no parameters. Write it out.');
      if (command.inTransaction === 'refused' && (await session.engine.inTransaction()))
        throw inTransaction(command);
      return resultOf(command, await command.run({ session, signal, task }));
    },
    close: async () => {},
  };
}

function resultOf({ schema }: OwnCommand, columns: readonly (readonly unknown[])[]): EngineResult {
  let batch = schema.fields.length === 0 ? undefined : buildBatch(schema, columns);
  return {
    schema,
    schemaMessage: encodeSchema(schema),
    changes: undefined,
    ended: false,
    async next() {
      const only = batch;
      batch = undefined;
      return only;
    },
    close: async () => {},
  };
}

function inTransaction({ what }: OwnCommand): GizmoError {
  return new GizmoError(
    'FAILED_PRECONDITION',
    `A transaction is open, and a ROLLBACK could not undo this statement (${what}). COMMIT or ROLLBACK first.`,
  );
}
