/** `gizmo token …`: each verb is one SQL statement of the server. */
import { refuseSurplus, requireArgument } from '../arguments.js';
import { type FlagSpec, parseLine } from '../parse-line.js';
import {
  ACCOUNT_FLAGS,
  quotedName,
  quotedText,
  roleClause,
  runForRow,
  runStatement,
  showList,
} from './common.js';

const group = 'TOKEN';

/** Of `gizmo token create`, in the order help shows them. */
export const CREATE_FLAGS = {
  role: { kind: 'text', summary: "admin, user or readonly (default the user's own)", group },
  expires: {
    kind: 'text',
    value: 'TIME',
    summary: "time after which it ends, such as '12 hours', or never (default '90 days')",
    group,
  },
  ...ACCOUNT_FLAGS,
} as const satisfies Record<string, FlagSpec>;

/** Prints the token alone on standard output, and the rest on standard error. Answers the exit code. */
export async function createToken(argv: readonly string[]): Promise<number> {
  const line = parseLine(argv, CREATE_FLAGS);
  const owner = requireArgument(line.args, 'the user');
  const expires = line.text('expires');
  const ends =
    expires === undefined ? '' : ` EXPIRES ${/^never$/i.test(expires) ? 'NEVER' : quotedText(expires)}`;
  const sql = `CREATE TOKEN FOR ${quotedName(owner)}${roleClause(line.text('role'))}${ends}`;
  return runForRow(line, sql, (row) => {
    const until = row.expires_at === null ? 'never' : String(row.expires_at);
    process.stderr.write(
      `Token ${row.token_id} of ${row.user_name}, role ${row.role}, ends ${until}. It is shown this once:\n`,
    );
    return String(row.token);
  });
}

/** `gizmo token list`. */
export async function listTokens(argv: readonly string[]): Promise<number> {
  const line = parseLine(argv, ACCOUNT_FLAGS);
  refuseSurplus(line.args, 0);
  const times = ['created_at', 'expires_at'];
  return showList(line, 'tokens', { table: 'gizmo_tokens()', times, order: 'user_name, created_at' });
}

/** `gizmo token revoke ID`. */
export async function revokeToken(argv: readonly string[]): Promise<number> {
  const line = parseLine(argv, ACCOUNT_FLAGS);
  const id = requireArgument(line.args, 'the id of the token; gizmo token list has them');
  return runStatement(line, `REVOKE TOKEN ${quotedText(id)}`, {
    result: { revoked: id.replace(/^(gzm_[0-9a-f]{12}).*/, '$1') },
    sentence: 'The token is revoked, and what was opened with it is over.',
  });
}
