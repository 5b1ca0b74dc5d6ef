/** gizmo_policies(): the row policies, for administrators, because a policy's condition can say what it hides. */
import type { Policies } from '../../model/stored-policy.js';
import { print } from '../own/grants.js';
import { instant, text, timestamp } from './columns.js';
import type { ServerTable } from './server-table.js';

export function policiesTable(policies: () => Policies): ServerTable {
  return {
    name: 'gizmo_policies',
    schema: {
      fields: [
        text('catalog_name'),
        text('schema_name'),
        text('table_name'),
        text('policy_name'),
        text('grantees'),
        text('condition'),
        text('author'),
        timestamp('created_at'),
      ],
    },
    mayRead: ({ role }) => role === 'admin',
    rows: () =>
      policies()
        .list()
        .map(({ name, table, grantees, condition, author, sinceMs }) => [
          table.catalog,
          table.schema,
          table.name,
          name,
          grantees.map(print).join(', '),
          condition,
          author,
          instant(sinceMs),
        ]),
  };
}
