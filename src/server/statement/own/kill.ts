/** KILL SESSION and KILL QUERY: messages as GizmoSQL's. */

import { GizmoError } from '../../../errors.js';
import { concerns } from '../../model/principal.js';
import type { SessionRegistry } from '../../session/session-registry.js';
import { text } from '../tables/columns.js';
import type { Tasks } from '../tasks.js';
import type { OwnCaller, OwnCommand, OwnFamily } from './own-statement.js';

export interface Killable {
  readonly sessions: Pick<SessionRegistry, 'list' | 'end'>;
  /** Resolves when it outlives the server that the session was ended. */
  readonly rememberEnd: (session: string) => Promise<void>;
  readonly tasks: Tasks;
}

export function kill(killable: Killable): OwnFamily {
  return {
    begins: [['KILL']],
    usage: "KILL SESSION 'id' (gizmo_sessions() has them) or KILL QUERY 'id' (gizmo_queries())",
    parse(words) {
      words.expect('KILL');
      if (words.take('SESSION')) return killSession(killable, words.rest('a session id'));
      if (!words.take('QUERY')) words.fail('SESSION or QUERY is expected');
      return killQuery(killable, words.rest('a query id'));
    },
  };
}

function killSession({ sessions, rememberEnd }: Killable, id: string): OwnCommand {
  return {
    what: 'kill sessions',
    refusal: 'Only admin users can execute KILL SESSION',
    mayRun: ({ role }) => role === 'admin',
    inTransaction: 'apart',
    schema: { fields: [text('result')] },
    async run({ session: own }) {
      if (own.id === id) throw new GizmoError('INVALID_ARGUMENT', 'Cannot kill your own session');
      const found = sessions.list().find((it) => it.id === id);
      if (found === undefined) throw new GizmoError('NOT_FOUND', `Session not found: ${id}`);
      // It is dead at once; what it takes until the engine has let go of it is not waited for.
      sessions.end(found, 'killed', sessionKilled()).catch(() => undefined);
      await rememberEnd(id);
      return [[`Session ${id} killed successfully`]];
    },
  };
}

/** Users may stop what runs under their own name; of others' statements they hear nothing. */
function killQuery({ tasks }: Killable, id: string): OwnCommand {
  return {
    what: 'stop statements',
    mayRun: () => true,
    inTransaction: 'apart',
    schema: { fields: [text('result')] },
    async run({ session: { principal }, task: current }: OwnCaller) {
      const found = tasks.list().find((it) => it.id === id && concerns(principal, it.session.principal));
      if (found === undefined || found.id === current)
        throw new GizmoError('NOT_FOUND', `Query not found: ${id}`);
      found.kill(
        new GizmoError('CANCELLED', `The statement was stopped by KILL QUERY of ${principal.name}.`),
      );
      return [[`Query ${id} killed successfully`]];
    },
  };
}

/** Why calls of a killed session fail. */
export function sessionKilled(): GizmoError {
  return new GizmoError('UNAUTHENTICATED', 'Your session has been killed. Please re-connect.');
}
