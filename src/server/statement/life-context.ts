/** What the steps of a statement's life are given. */
import type { Access } from '../access/access.js';
import type { Hooks } from '../hooks/hooks.js';
import type { UserMemory } from '../session/user-memory.js';
import type { LentViewStore } from '../state/lent-view-store.js';
import type { PathGuard } from '../state/path-guard.js';
import type { Logger } from '../telemetry/logger.js';
import type { Admission } from './admit.js';
import type { OwnStatements } from './own/own-statements.js';
import type { Rate } from './rate.js';
import type { Settings } from './settings/settings.js';
import type { Slots } from './slots.js';
import type { ServerTables } from './tables/server-tables.js';
import type { Tasks } from './tasks.js';

/** What the steps need to know about the server. */
export interface Life {
  readonly admission: Admission;
  /** Statements that never reach the engine. */
  readonly own: OwnStatements;
  /** Refuses statements that name files of the server's own. */
  readonly guardPaths: PathGuard;
  readonly access: Access;
  /** Views that run with their owner's rights. */
  readonly lentViews: LentViewStore;
  /** Table functions of the server's own. */
  readonly tables: ServerTables;
  /** What is at work. */
  readonly tasks: Tasks;
  readonly settings: Settings;
  /** The operator's functions. */
  readonly hooks: Hooks;
  readonly slots: Slots;
  readonly rate: Rate;
  readonly memory: UserMemory;
  readonly log: Logger;
  readonly nowMs: () => number;
}
