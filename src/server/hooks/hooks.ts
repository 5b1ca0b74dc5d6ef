/**
 * The operator's two questions: who may come in (authentication), and who may do what (authorization). Each is a
 * function of the operator's in SQL, run in a connection of its own; only a BOOLEAN that is true admits.
 */
import { randomBytes } from 'node:crypto';
import { GizmoError } from '../../errors.js';
import { foldName } from '../model/fold-name.js';
import type { PlanFacts } from '../model/plan-facts.js';
import type { Principal } from '../model/principal.js';
import type { HookDatabase } from './hook-database.js';
import { HookCalls, type HookFunction } from './hook-function.js';
import { DEFINITIONS_SQL, mentionedNames } from './mentioned-names.js';

export type HookKind = 'authentication' | 'authorization';

export interface HookLog {
  warning(message: string, fields: Readonly<Record<string, string | undefined>>): void;
}

export interface HooksOptions {
  readonly database: HookDatabase;
  readonly timeoutMs: number;
  /** The server's own token, for the authentication function to compare with; empty where there is none. */
  serverToken(): string;
  /** Whether only this machine can connect. */
  readonly loopbackOnly: boolean;
  readonly log: HookLog;
}

/** What is asked of the authorization function. */
export interface AuthorizationAsk {
  readonly sessionId: string;
  readonly principal: Principal;
  readonly peer: string;
  /** One statement's text, or the name of a command that has none. */
  readonly query: string;
  readonly facts: PlanFacts | undefined;
}

export interface Hooks {
  /** Sets or removes a function. Throws INVALID_ARGUMENT with what is wrong with it. */
  set(kind: HookKind, name: string | undefined): Promise<void>;
  /** As it was set. */
  name(kind: HookKind): string | undefined;
  /** Whether the authorization function is to be given the facts of each statement. */
  readonly wantsFacts: boolean;
  /** Whether a client is admitted. Throws UNAUTHENTICATED where not. */
  authenticate(sessionId: string, clientToken: string, user: string): Promise<void>;
  /** Throws PERMISSION_DENIED unless the function, if there is one, admits. */
  authorize(ask: AuthorizationAsk): Promise<void>;
  /**
   * Throws PERMISSION_DENIED where somebody who is no administrator would change what a hook stands on, or read
   * what the authentication function compares with.
   */
  assertUntouched(principal: Principal, facts: Pick<PlanFacts, 'reads' | 'writes'>): Promise<void>;
  /** An administrator has changed something: what the hooks stand on may be another thing. */
  changed(): void;
}

/** How many arguments each may take, the first that fits. */
const ARGUMENTS: Readonly<Record<HookKind, readonly number[]>> = {
  authentication: [3],
  authorization: [2, 4],
};

export function createHooks({ database, timeoutMs, serverToken, loopbackOnly, log }: HooksOptions): Hooks {
  // Each kind has its own limit of calls: whoever comes in must not hold up whoever is in.
  const calls: Readonly<Record<HookKind, HookCalls>> = {
    authentication: new HookCalls(database, timeoutMs),
    authorization: new HookCalls(database, timeoutMs),
  };
  const functions = new Map<HookKind, HookFunction>();
  /** Undefined: to be read again. */
  let mentioned: Promise<ReadonlyMap<HookKind, ReadonlySet<string>>> | undefined;

  async function readMentioned(): Promise<ReadonlyMap<HookKind, ReadonlySet<string>>> {
    const definitions = await calls.authorization.read(DEFINITIONS_SQL);
    return new Map([...functions].map(([kind, { names }]) => [kind, mentionedNames(names, definitions)]));
  }

  /** A function that admits what nobody can know lets everyone in. */
  async function assertAsks(hook: HookFunction): Promise<void> {
    const { admitted } = await calls.authentication.ask(hook, [
      makeSessionId(),
      randomBytes(32).toString('hex'),
      serverToken(),
    ]);
    if (!admitted) return;
    if (!loopbackOnly) {
      throw new GizmoError(
        'INVALID_ARGUMENT',
        `"${hook.name}" lets everybody in, whatever they show. That is possible where only this machine can connect (--hostname 127.0.0.1).`,
      );
    }
    log.warning('the authentication function lets everybody in', {
      kind: 'authentication',
      function: hook.name,
    });
  }

  return {
    async set(kind, name) {
      if (name === undefined) functions.delete(kind);
      else {
        const found = await calls[kind].find(name, ARGUMENTS[kind]);
        if (kind === 'authentication') await assertAsks(found);
        functions.set(kind, found);
      }
      mentioned = undefined;
    },

    name: (kind) => functions.get(kind)?.name,

    get wantsFacts() {
      return functions.get('authorization')?.arguments === 4;
    },

    async authenticate(sessionId, clientToken, user) {
      const hook = functions.get('authentication');
      const verdict = hook && (await calls.authentication.ask(hook, [sessionId, clientToken, serverToken()]));
      if (verdict?.admitted === true) return;
      const reason = verdict?.reason ?? 'there is no authentication function';
      log.warning('the authentication function did not admit', { kind: 'authentication', user, reason });
      throw new GizmoError('UNAUTHENTICATED', 'Authentication failed');
    },

    async authorize({ sessionId, principal, peer, query, facts }) {
      const hook = functions.get('authorization');
      if (hook === undefined) return;
      const { name: user, role, method } = principal;
      const values = [sessionId, query];
      if (hook.arguments === 4)
        values.push(JSON.stringify(facts ?? {}), JSON.stringify({ name: user, role, method, peer }));
      const verdict = await calls.authorization.ask(hook, values);
      if (verdict.admitted) return;
      log.warning('the authorization function did not admit', {
        kind: 'authorization',
        user,
        session: sessionId,
        reason: verdict.reason,
      });
      throw new GizmoError('PERMISSION_DENIED', 'Authorization failed');
    },

    async assertUntouched({ role }, { reads, writes }) {
      if (functions.size === 0 || role === 'admin' || reads.length + writes.length === 0) return;
      mentioned ??= readMentioned();
      const names = await mentioned.catch((error: unknown) => {
        mentioned = undefined;
        throw new GizmoError(
          'UNAVAILABLE',
          'What the functions of the operator stand on cannot be read now, so nothing can be changed. Try again later.',
          { cause: error },
        );
      });
      for (const [kind, words] of names) {
        const written = writes
          .flatMap(({ along = [], ...write }) => [write, ...along])
          .find(({ name }) => words.has(foldName(name)));
        if (written !== undefined) throw touches(role, `change ${written.name}`, kind);
        const read =
          kind === 'authentication' ? reads.find(({ name }) => words.has(foldName(name))) : undefined;
        if (read !== undefined) throw touches(role, `read ${read.name}`, kind);
      }
    },

    changed() {
      mentioned = undefined;
    },
  };
}

/** 32 characters that nobody can guess. */
export function makeSessionId(): string {
  return randomBytes(16).toString('hex');
}

function touches(role: string, what: string, kind: HookKind): GizmoError {
  return new GizmoError(
    'PERMISSION_DENIED',
    `The role ${role} may not ${what}: the ${kind} function mentions that name. An administrator may.`,
  );
}
