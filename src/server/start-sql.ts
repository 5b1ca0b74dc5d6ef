/** The SQL that runs before a server listens: the operator's own, then what closes the engine behind it. */

import { statSync } from 'node:fs';
import { GizmoError, toGizmoError } from '../errors.js';
import { quoteText } from '../sql/quote.js';
import type { ServerConfig } from './config/config.js';
import type { Hooks } from './hooks/hooks.js';
import { OWN_SETTINGS, SESSION_SETTINGS } from './model/own-settings.js';
import { isUrl } from './model/url-prefix.js';
import type { Session } from './session/session.js';
import { redactExcerpt } from './statement/redact-sql.js';
import type { Statements } from './statement/statements.js';

/** Runs it in a session of the operator's. Throws USAGE for what fails. */
export async function runStartSql(
  statements: Statements,
  { initSql, files }: Pick<ServerConfig, 'initSql' | 'files'>,
  session: Session,
): Promise<void> {
  const update = (sql: string) => statements.update({ sql, session, door: 'init', signal: session.signal });
  for (const sql of initSql)
    await update(sql).catch((error: unknown) => {
      const what = 'The SQL given to run at start failed, so the server did not start';
      throw asUsage(what, error, (message) => redactExcerpt(message, sql));
    });
  if (files.engine === undefined) return;
  try {
    for (const sql of closingTexts(files.engine)) await update(sql);
  } catch (error) {
    throw asUsage('The engine cannot be closed as --external-access says', error);
  }
}

/**
 * What DuckDB reaches from here on, for everybody: these paths, the databases that are open and its own temporary
 * files. Nobody can open more, or load an extension. Settings of a session's own can still be set.
 */
function closingTexts(paths: readonly string[]): string[] {
  const [files, folders] = [paths.filter(isFile), paths.filter((path) => !isFile(path))];
  const kept = [...OWN_SETTINGS, ...SESSION_SETTINGS, 'enable_progress_bar', 'enable_progress_bar_print'];
  return [
    // Otherwise the list of secrets would ask for a directory that is closed now.
    'set allow_persistent_secrets = false',
    `set allowed_paths = ${list(files)}`,
    `set allowed_directories = ${list(folders)}`,
    'set enable_external_access = false',
    `set allowed_configs = ${list(kept)}`,
    'set lock_configuration = true',
  ];
}

function isFile(path: string): boolean {
  return !isUrl(path) && statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

function list(texts: readonly string[]): string {
  return `[${texts.map(quoteText).join(', ')}]`;
}

/** After the SQL given at start, which may make the functions. */
export async function setHooks(hooks: Hooks, config: ServerConfig['hooks']): Promise<void> {
  for (const kind of ['authentication', 'authorization'] as const) {
    const name = config[`${kind}Function`];
    if (name === undefined) continue;
    await hooks.set(kind, name).catch((error: unknown) => {
      throw asUsage(`--${kind}-function`, error);
    });
  }
}

/** What the operator asked for and cannot have, with the reason as it may be `told`; a defect stays one. */
export function asUsage(what: string, reason: unknown, told = (message: string) => message): GizmoError {
  const error = toGizmoError(reason);
  if (error.detail !== undefined) return error;
  return new GizmoError('USAGE', `${what}: ${told(error.message)}`, { cause: reason });
}
