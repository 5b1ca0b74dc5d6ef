/** gizmo_grants(): what SQL's GRANT has given. Administrators see all of it, others what is theirs. */
import type { Access } from '../../access/access.js';
import { mayKnow } from '../../access/may-know.js';
import { type Grants, isFor } from '../../model/stored-grant.js';
import { instant, text, timestamp } from './columns.js';
import type { ServerTable } from './server-table.js';

export function grantsTable(grants: () => Grants, access: () => Access): ServerTable {
  return {
    name: 'gizmo_grants',
    schema: {
      fields: [
        text('grantee_type'),
        text('grantee'),
        text('privilege'),
        text('catalog_name'),
        text('schema_name'),
        text('table_name'),
        text('column_names'),
        text('grantor'),
        timestamp('granted_at'),
      ],
    },
    mayRead: () => true,
    rows: ({ session: { principal } }) =>
      grants()
        .list()
        .filter(
          ({ grantee, catalog }) =>
            principal.role === 'admin' ||
            (isFor(grantee, principal) && mayKnow(access().rightsOf(principal), { catalog })),
        )
        .map(({ grantee, privilege, catalog, schema, table, columns, grantor, sinceMs }) => [
          grantee.kind,
          grantee.kind === 'public' ? undefined : grantee.name,
          privilege.toUpperCase(),
          catalog,
          schema,
          table,
          columns?.join(', '),
          grantor,
          instant(sinceMs),
        ]),
  };
}
