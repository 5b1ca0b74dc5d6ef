/** gizmo_tokens(): the API tokens, without what is secret in them. Administrators see all, others their own. */
import type { Accounts } from '../../model/account.js';
import { bool, instant, text, timestamp } from './columns.js';
import type { ServerTable } from './server-table.js';

/** @param accounts asked when the table is read: they are opened after the tables are made */
export function tokensTable(accounts: () => Accounts, nowMs: () => number): ServerTable {
  return {
    name: 'gizmo_tokens',
    schema: {
      fields: [
        text('token_id'),
        text('user_name'),
        text('role'),
        timestamp('created_at'),
        timestamp('expires_at'),
        bool('is_expired'),
      ],
    },
    mayRead: () => true,
    rows: ({ session: { principal } }) =>
      accounts()
        .tokens()
        .filter(({ owner }) => principal.role === 'admin' || owner === principal.name)
        .map(({ id, owner, role, createdMs, expiresMs }) => [
          id,
          owner,
          role,
          instant(createdMs),
          instant(expiresMs),
          expiresMs !== undefined && expiresMs <= nowMs(),
        ]),
  };
}
