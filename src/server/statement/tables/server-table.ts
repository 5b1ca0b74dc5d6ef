/** A table function of Gizmo's own, such as gizmo_sessions(): usable in any SELECT, its rows made when it is read. */
import type { ServerTableSchema } from '../../engine/engine.js';
import type { Person } from '../../model/principal.js';
import type { OwnCaller } from '../own/own-statement.js';

export interface ServerTable extends ServerTableSchema {
  /** Asked when a statement that reads it is prepared, and again each time it runs. */
  mayRead(principal: Person): boolean;
  /** One array of values for each row, as buildBatch takes them; only those that concern who asks. */
  rows(by: OwnCaller): Promise<readonly (readonly unknown[])[]> | readonly (readonly unknown[])[];
}
