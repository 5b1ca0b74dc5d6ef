/** The flags of the two functions that the operator may have in SQL. */
import { isRole, type Role } from '../model/principal.js';
import { usage } from './usage.js';
import { seconds } from './values.js';

export interface RawHookSettings {
  readonly 'authentication-function'?: string;
  readonly 'authorization-function'?: string;
  readonly 'hook-role'?: string;
  readonly 'hook-timeout'?: number;
}

export interface HooksConfig {
  readonly authenticationFunction: string | undefined;
  readonly authorizationFunction: string | undefined;
  /** Of whom the authentication function admits. */
  readonly role: Role;
  /** How long one call of a function may take. */
  readonly timeoutMs: number;
}

const DEFAULT_TIMEOUT_S = 5;

/** Throws GizmoError USAGE for a value that cannot be; whether the functions exist shows later. */
export function parseHooks(raw: RawHookSettings): HooksConfig {
  const role = raw['hook-role'] ?? 'readonly';
  if (!isRole(role)) throw usage(`--hook-role ${role}: choose one of admin, user, readonly.`);
  const timeoutMs = seconds('hook-timeout', raw['hook-timeout'] ?? DEFAULT_TIMEOUT_S);
  if (timeoutMs === 0)
    throw usage('--hook-timeout 0: a function that hangs would hold up its caller for ever.');
  return Object.freeze({
    authenticationFunction: raw['authentication-function'],
    authorizationFunction: raw['authorization-function'],
    role,
    timeoutMs,
  });
}
