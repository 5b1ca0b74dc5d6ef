/** Settings from the environment: `GIZMO_X` first, then the `GIZMOSQL_X` that the systems Gizmo replaces read. */
import { GizmoError } from '../errors.js';

export type Environment = Readonly<Record<string, string | undefined>>;

/** The first of `names` that is set, with either prefix; an empty value counts as not set. */
export function readSetting(env: Environment, ...names: readonly string[]): string | undefined {
  return findSetting(env, ...names)?.value;
}

/** The same with the name of the variable that holds it. */
export function findSetting(env: Environment, ...names: readonly string[]): Setting | undefined {
  for (const prefix of ['GIZMO_', 'GIZMOSQL_'])
    for (const name of names) {
      const variable = prefix + name;
      const value = env[variable];
      if (value !== undefined && value !== '') return { variable, value };
    }
  return undefined;
}

export interface Setting {
  readonly variable: string;
  readonly value: string;
}

/** A switch that is on or off; USAGE for anything that is neither. */
export function readSwitch(env: Environment, name: string): boolean | undefined {
  const value = readSetting(env, name);
  return value === undefined ? undefined : parseSwitch(value, `GIZMO_${name}`);
}

/** `what` names the value in the error. */
export function parseSwitch(value: string, what: string): boolean {
  switch (value.toLowerCase()) {
    case '1':
    case 'true':
    case 'yes':
    case 'on':
      return true;
    case '0':
    case 'false':
    case 'no':
    case 'off':
      return false;
    default:
      throw new GizmoError('USAGE', `${what} is either true or false, not "${value}".`);
  }
}

/** A TCP port that can be dialled. */
export function parsePort(value: string, what: string): number {
  const port = Number(value);
  if (/^\d{1,5}$/.test(value) && port >= 1 && port <= 65_535) return port;
  throw new GizmoError('USAGE', `${what} is a number from 1 to 65535, not "${value}".`);
}
