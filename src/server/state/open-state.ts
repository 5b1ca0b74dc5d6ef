/**
 * What the server knows of its own and nobody's SQL can reach: users, tokens, the key of session tokens. In a
 * directory of its own it outlives the server; without one it lives in memory and ends with it.
 */
import { randomBytes } from 'node:crypto';
import { existsSync, realpathSync } from 'node:fs';
import { type GizmoError, toGizmoError } from '../../errors.js';
import type { ServerConfig } from '../config/config.js';
import { openSmallEngine } from '../engine/open-engine.js';
import { type AccountStore, openAccountStore } from './account-store.js';
import { type EndedSessions, openEndedSessions } from './ended-sessions.js';
import { type GrantStore, openGrantStore } from './grant-store.js';
import { type LentViewStore, openLentViewStore } from './lent-view-store.js';
import { openPolicyStore, type PolicyStore } from './policy-store.js';
import { openStateDatabase, type StateDatabase } from './state-database.js';
import { closeToOthers, openStateDirectory, type StateDirectory, unfit } from './state-directory.js';

export interface State {
  /** Undefined where it is in memory only. No SQL of anybody may name anything in it. */
  readonly directory: string | undefined;
  readonly database: StateDatabase;
  readonly accounts: AccountStore;
  readonly grants: GrantStore;
  readonly policies: PolicyStore;
  readonly lentViews: LentViewStore;
  readonly endedSessions: EndedSessions;
  /** Signs session tokens. */
  readonly secretKey: string;
  /** Resolves when nothing can be written any more; never rejects. What is known is still known. */
  readonly failed: Promise<GizmoError>;
  close(): Promise<void>;
}

/**
 * Opens it. Throws GizmoError USAGE with the pid of the server that has it open already.
 * @param served the database that is served, which must be another one
 * @param onMemoryOnly told where the optional place cannot be had
 */
export async function openState(
  place: ServerConfig['stateDirectory'],
  served: string | undefined,
  onMemoryOnly: () => void,
): Promise<State> {
  const directory = place && openPlace(place, onMemoryOnly);
  if (directory !== undefined) assertNotServed(directory, served);
  const engine = await openSmallEngine(directory?.database).catch((error: unknown) => {
    throw explain(directory, error);
  });
  try {
    if (directory !== undefined) closeToOthers(directory.database);
    const database = await openStateDatabase(engine).catch((error: unknown) => {
      throw explain(directory, error);
    });
    return {
      directory: directory?.path,
      database,
      accounts: await openAccountStore(database),
      grants: await openGrantStore(database),
      policies: await openPolicyStore(database),
      lentViews: await openLentViewStore(database),
      endedSessions: await openEndedSessions(database, Date.now),
      secretKey: directory?.secretKey() ?? randomBytes(32).toString('base64url'),
      failed: engine.failed,
      close: () => engine.close(),
    };
  } catch (error) {
    await engine.close();
    throw error;
  }
}

function openPlace(
  { path, optional }: NonNullable<ServerConfig['stateDirectory']>,
  onMemoryOnly: () => void,
): StateDirectory | undefined {
  const isNew = !existsSync(path);
  try {
    return openStateDirectory(path);
  } catch (error) {
    // Of one that is there something is known that must not be forgotten, such as who is suspended.
    if (!(optional && isNew)) throw error;
    onMemoryOnly();
    return undefined;
  }
}

function assertNotServed({ database }: StateDirectory, served: string | undefined): void {
  if (served === undefined || !existsSync(served) || realpathSync(served) !== database) return;
  throw unfit(`${served} is the server's own state and no database to serve`);
}

function explain(directory: StateDirectory | undefined, reason: unknown): GizmoError {
  const error = toGizmoError(reason);
  if (directory === undefined || error.detail !== undefined) return error;
  const pid = error.code === 'ALREADY_EXISTS' ? process.pid : /\(PID (\d+)\)/.exec(error.message)?.[1];
  if (pid !== undefined)
    return unfit(
      `the server with process id ${pid} uses the directory ${directory.path}. Stop it, or name another one with --state-dir`,
      error,
    );
  return unfit(`${directory.database}: ${error.message.replace(/\.$/, '')}`, error);
}
