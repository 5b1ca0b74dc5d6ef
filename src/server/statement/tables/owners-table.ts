/** gizmo_owners(): the views and macros that run with their owner's rights. For administrators. */
import type { LentViews } from '../../model/lent-view.js';
import { instant, text, timestamp } from './columns.js';
import type { ServerTable } from './server-table.js';

/** @param lent asked when the table is read: what is lent is opened after the tables are made */
export function ownersTable(lent: () => LentViews): ServerTable {
  return {
    name: 'gizmo_owners',
    schema: {
      fields: [
        text('catalog_name'),
        text('schema_name'),
        text('name'),
        text('type'),
        text('owner'),
        timestamp('since'),
        text('definition'),
        text('runs'),
      ],
    },
    mayRead: ({ role }) => role === 'admin',
    rows: () =>
      lent()
        .list()
        .map(({ catalog, schema, name, kind, owner, sinceMs, definition, body }) => [
          ...[catalog, schema, name, kind, owner],
          ...[instant(sinceMs), definition, body],
        ]),
  };
}
