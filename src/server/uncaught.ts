/**
 * What becomes of an exception that nobody caught. The call it struck may have left a session's turn, a transaction
 * or a stream behind for ever, and nobody can tell which: a server that went on would be half alive. It is a defect,
 * is logged in full, and ends the server in order, so that a supervisor starts a whole one.
 */
import { type GizmoError, toGizmoError } from '../errors.js';
import type { Logger } from './telemetry/logger.js';

/** From now on uncaught exceptions and unhandled rejections are logged; resolves with the first of them. */
export function firstUncaught(log: Logger): Promise<GizmoError> {
  return new Promise((resolve) => {
    process.on('uncaughtException', (reason, origin) => {
      const error = toGizmoError(reason);
      log.error('uncaught exception', { error: error.message, detail: error.detail, origin });
      resolve(error);
    });
  });
}
