/**
 * gizmo_users(): the users of the server's own state, and names that are suspended without being one of them.
 * Administrators see all, others themselves.
 */
import { type Accounts, nameKey } from '../../model/account.js';
import { bool, instant, text, timestamp } from './columns.js';
import type { ServerTable } from './server-table.js';

/** @param accounts asked when the table is read: they are opened after the tables are made */
export function usersTable(accounts: () => Accounts): ServerTable {
  return {
    name: 'gizmo_users',
    schema: {
      fields: [
        text('user_name'),
        text('role'),
        bool('has_password'),
        bool('is_suspended'),
        timestamp('suspended_at'),
        timestamp('created_at'),
      ],
    },
    mayRead: () => true,
    rows({ session: { principal } }) {
      const known = accounts();
      const suspensions = new Map(known.suspensions().map((it) => [nameKey(it.name), it]));
      const rows: unknown[][] = known.users().map((user) => {
        const suspension = suspensions.get(nameKey(user.name));
        suspensions.delete(nameKey(user.name));
        return [
          user.name,
          user.role,
          user.password !== undefined,
          suspension !== undefined,
          instant(suspension?.sinceMs),
          instant(user.createdMs),
        ];
      });
      // Of whom only an identity provider or a certificate speaks.
      for (const { name, sinceMs } of suspensions.values())
        rows.push([name, undefined, false, true, instant(sinceMs), undefined]);
      return principal.role === 'admin' ? rows : rows.filter(([name]) => name === principal.name);
    },
  };
}
