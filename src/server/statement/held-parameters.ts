/**
 * Parameters of statements that wait for their session's turn. A few bytes of a dictionary can mean many of them, and
 * another value may be bound before the one that waits has run: so all that wait are counted together.
 */
import { GizmoError } from '../../errors.js';
import type { Session } from '../session/session.js';
import type { UserMemory } from '../session/user-memory.js';
import type { ParameterRows } from './statement.js';

/** Of what is bound in a session, and again of what waits. */
export const PARAMETER_BYTES_MAX_PER_SESSION = 256 * 1024 * 1024;

const waiting = new WeakMap<Session, number>();

/** Throws RESOURCE_EXHAUSTED where the statements of the session, or of its user, hold too much already. */
export async function holdingParameters<T>(
  { memory }: { readonly memory: UserMemory },
  session: Session,
  parameters: ParameterRows | undefined,
  work: () => Promise<T>,
): Promise<T> {
  const bytes = parameterBytes(parameters);
  if (bytes === 0) return await work();
  const held = (waiting.get(session) ?? 0) + bytes;
  if (held > PARAMETER_BYTES_MAX_PER_SESSION) throw tooManyParameters('of statements that wait');
  const ofUser = memory.hold(session.principal);
  ofUser.set(bytes);
  waiting.set(session, held);
  try {
    return await work();
  } finally {
    ofUser.set(0);
    waiting.set(session, (waiting.get(session) ?? 0) - bytes);
  }
}

/** What they take, unpacked. */
export function parameterBytes(parameters: ParameterRows | undefined): number {
  return parameters?.batches.reduce((sum, batch) => sum + batch.body.byteLength, 0) ?? 0;
}

/** RESOURCE_EXHAUSTED. */
export function tooManyParameters(which: 'bound' | 'of statements that wait'): GizmoError {
  const help =
    which === 'bound' ? 'Close prepared statements that are done with.' : 'Let those before it end first.';
  return new GizmoError(
    'RESOURCE_EXHAUSTED',
    `The parameters ${which} in this session exceed ${PARAMETER_BYTES_MAX_PER_SESSION / 1024 / 1024} MiB. ${help}`,
  );
}
