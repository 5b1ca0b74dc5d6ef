/** The values that Gizmo's own settings have now: of the server, of a user, of a session. They last as long as the server runs. */
import { GizmoError } from '../../../errors.js';
import type { ServerConfig } from '../../config/config.js';
import { DEFAULT_GRACE_S, GRACEFUL_GRACE_S } from '../../config/grace.js';
import type { QueryLogLevel } from '../../config/limits-config.js';
import type { Session } from '../../session/session.js';
import {
  isGraceful,
  NOT_HERE,
  PARAMETERS,
  type Parameter,
  type SettingValue,
  valueFor,
} from './parameters.js';

export type SetScope = 'SESSION' | 'GLOBAL';

export interface Settings {
  /** How long a statement of this session may take, in milliseconds; 0 = no limit. */
  queryTimeoutMs(session: Session): number;
  queryLogLevel(session: Session): QueryLogLevel;
  /** Whether statements of the session wait for no place. */
  bypassesQueue(session: Session): boolean;
  /** The server's own value. */
  number(name: NumberName): number;
  /** Undefined gives the setting its former value. Throws INVALID_ARGUMENT, PERMISSION_DENIED with what would do. */
  set(change: SettingChange): void;
  /** As gizmosql_settings() shows them. */
  list(session: Session): readonly SettingRow[];
}

export type NumberName =
  | 'max_concurrent_statements'
  | 'max_queued_statements'
  | 'max_queue_wait'
  | 'max_result_rows'
  | 'max_result_size'
  | 'max_statements_per_second'
  | 'max_sql_size'
  | 'upload_stall_timeout'
  | 'shutdown_grace_period_seconds';

export interface SettingChange {
  readonly session: Session;
  readonly scope: SetScope;
  readonly name: string;
  readonly value: SettingValue | undefined;
  /** Whose statements it is for; only the time limit can be set so. */
  readonly user?: string | undefined;
}

export interface SettingRow {
  readonly parameter: Parameter;
  /** What counts for this session. */
  readonly value: SettingValue;
  readonly session: SettingValue | undefined;
  readonly global: SettingValue;
  /** Where nothing is said, at the start or later. */
  readonly byDefault: SettingValue;
}

/** A user's own limit would else outlive any number of users. */
const USERS_MAX = 10_000;

/** @param defaults what a server has that was started with nothing */
export function createSettings(config: ServerConfig, defaults: ServerConfig): Settings {
  const byName = new Map(PARAMETERS.map((parameter) => [parameter.name, parameter]));
  const initial = new Map(PARAMETERS.map((parameter) => [parameter.name, parameter.initial(config)]));
  const global = new Map(initial);
  const ofSessions = new WeakMap<Session, Map<string, SettingValue>>();
  /** Seconds. */
  const timeouts = new Map<string, number>();

  const own = (session: Session, name: string) => {
    const tag = byName.get(name)?.tag;
    return tag === undefined ? ofSessions.get(session)?.get(name) : session.tags[tag] || undefined;
  };
  const number = (name: string) => Number(global.get(name) ?? 0);

  function timeoutS(session: Session): number {
    const { name, role, method } = session.principal;
    if (method === 'operator') return 0;
    const most = timeouts.get(name) ?? number('query_timeout');
    const asked = own(session, 'query_timeout');
    if (asked === undefined) return most;
    // Lowered since: the session's own value is no way around that.
    return role === 'admin' ? Number(asked) : lower(Number(asked), most);
  }

  function setOfSession({ session, value }: SettingChange, parameter: Parameter): void {
    const { name, tag } = parameter;
    if (tag !== undefined) {
      session.tags[tag] = value === undefined ? undefined : String(valueFor(parameter, value));
      return;
    }
    const values = ofSessions.get(session) ?? new Map<string, SettingValue>();
    ofSessions.set(session, values);
    if (value === undefined) {
      values.delete(name);
      return;
    }
    const asked = valueFor(parameter, value);
    const most = timeouts.get(session.principal.name) ?? number('query_timeout');
    if (
      name === 'query_timeout' &&
      session.principal.role !== 'admin' &&
      lower(Number(asked), most) !== asked
    ) {
      throw new GizmoError(
        'PERMISSION_DENIED',
        `The role ${session.principal.role} may lower its time limit of ${most} s, not raise it. An administrator may, by SET GLOBAL gizmosql.query_timeout = … FOR USER ${session.principal.name}.`,
      );
    }
    if (name === 'bypass_queue' && session.principal.role !== 'admin' && asked === 'true')
      throw new GizmoError('PERMISSION_DENIED', 'Only admin users can enable bypass_queue');
    const least = global.get('query_log_level') as QueryLogLevel;
    if (
      name === 'query_log_level' &&
      session.principal.role !== 'admin' &&
      louder(asked as QueryLogLevel, least) !== asked
    ) {
      throw new GizmoError(
        'PERMISSION_DENIED',
        `The role ${session.principal.role} may have more of its statements logged than the server's ${least}, not fewer. An administrator may.`,
      );
    }
    values.set(name, asked);
  }

  function setForUser(user: string, parameter: Parameter, value: SettingValue | undefined): void {
    if (parameter.name !== 'query_timeout')
      throw new GizmoError('INVALID_ARGUMENT', `gizmosql.${parameter.name} cannot be set for one user.`);
    if (value === undefined) {
      timeouts.delete(user);
      return;
    }
    if (timeouts.size >= USERS_MAX && !timeouts.has(user))
      throw new GizmoError(
        'RESOURCE_EXHAUSTED',
        `${USERS_MAX} users have a time limit of their own already.`,
      );
    timeouts.set(user, Number(valueFor(parameter, value)));
  }

  function setOfServer({ name }: Parameter, value: SettingValue): void {
    if (name === 'graceful_shutdown')
      global.set(GRACE, value === 'true' ? GRACEFUL_GRACE_S : DEFAULT_GRACE_S);
    else global.set(name, value);
  }

  const bypassesQueue = (session: Session) =>
    // Somebody must be able to see and stop what the places are taken by.
    session.principal.role === 'admin' && own(session, 'bypass_queue') !== 'false';

  function valueIn(session: Session, name: string): SettingValue {
    if (name === 'query_timeout') return timeoutS(session);
    if (name === 'bypass_queue') return String(bypassesQueue(session));
    return own(session, name) ?? ofServer(name);
  }

  const ofServer = (name: string) =>
    name === 'graceful_shutdown' ? isGraceful(number(GRACE)) : (global.get(name) ?? '');

  return {
    bypassesQueue,
    queryTimeoutMs: (session) => timeoutS(session) * 1000,
    queryLogLevel(session) {
      const asked = own(session, 'query_log_level') as QueryLogLevel | undefined;
      const least = global.get('query_log_level') as QueryLogLevel;
      if (asked === undefined) return least;
      // Raised since: the session's own value is no way around that.
      return session.principal.role === 'admin' ? asked : louder(asked, least);
    },
    number,
    set(change) {
      const { scope, user, value } = change;
      const parameter = find(byName, change.name);
      assertSettable(parameter, scope);
      if (user !== undefined) setForUser(user, parameter, value);
      else if (scope === 'SESSION') setOfSession(change, parameter);
      else if (value !== undefined) setOfServer(parameter, valueFor(parameter, value));
      else if (parameter.name === 'graceful_shutdown') global.set(GRACE, initial.get(GRACE) ?? 0);
      else global.set(parameter.name, initial.get(parameter.name) ?? 0);
    },
    list: (session) =>
      PARAMETERS.map((parameter) => {
        const { name } = parameter;
        return {
          parameter,
          value: valueIn(session, name),
          session: own(session, name),
          global: ofServer(name),
          byDefault: parameter.initial(defaults),
        };
      }),
  };
}

const GRACE = 'shutdown_grace_period_seconds';

/** The lower of two limits of which 0 is none. */
function lower(one: number, other: number): number {
  if (one === 0 || other === 0) return Math.max(one, other);
  return Math.min(one, other);
}

/** The level that logs more. */
function louder(one: QueryLogLevel, other: QueryLogLevel): QueryLogLevel {
  return (['info', 'warning', 'off'] as const).find((level) => level === one || level === other) ?? 'info';
}

function find(byName: ReadonlyMap<string, Parameter>, name: string): Parameter {
  const parameter = byName.get(name.toLowerCase());
  if (parameter !== undefined) return parameter;
  const instead = NOT_HERE.get(name.toLowerCase());
  if (instead !== undefined) throw new GizmoError('INVALID_ARGUMENT', instead);
  throw new GizmoError(
    'INVALID_ARGUMENT',
    `Unknown GizmoSQL configuration parameter: ${name}. SELECT name FROM gizmosql_settings() lists them.`,
  );
}

function assertSettable({ name, scope, flag, variable }: Parameter, asked: SetScope): void {
  if (scope === 'STARTUP')
    throw new GizmoError(
      'INVALID_ARGUMENT',
      `gizmosql.${name} is set when the server starts: ${flag} or ${variable}.`,
    );
  if (scope === 'SESSION' && asked === 'GLOBAL')
    throw new GizmoError(
      'INVALID_ARGUMENT',
      `gizmosql.${name} is each session's own: SET gizmosql.${name} = ….`,
    );
  if (scope === 'GLOBAL' && asked === 'SESSION')
    throw new GizmoError(
      'INVALID_ARGUMENT',
      `gizmosql.${name} is the whole server's: SET GLOBAL gizmosql.${name} = ….`,
    );
}
