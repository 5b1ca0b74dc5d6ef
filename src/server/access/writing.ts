import type { ObjectWrite } from '../model/plan-facts.js';

/** What is done to an object, as the end of "may not": insert into sales, create view totals. */
export function writing(action: ObjectWrite['action'], kind: string, name: string): string {
  const verb = OF_ROWS[action];
  return [verb ?? action, ...(verb === undefined && kind !== '' ? [kind] : []), name].join(' ');
}

/** What changes rows, of tables and through views. */
const OF_ROWS: Readonly<Partial<Record<ObjectWrite['action'], string>>> = {
  insert: 'insert into',
  update: 'update',
  delete: 'delete from',
  merge: 'merge into',
};
