/** CREATE TOKEN and REVOKE TOKEN: API tokens, by which programs act for a user. For administrators. */
import { GizmoError } from '../../../errors.js';
import { apiTokenId, makeApiToken } from '../../auth/api-token.js';
import { lowerRole, type Role } from '../../model/principal.js';
import { instant, text, timestamp } from '../tables/columns.js';
import { type AccountManagement, ended, isAdministrator, ROLES } from './account-management.js';
import type { OwnAnswer, OwnCommand, OwnFamily } from './own-statement.js';
import type { Words } from './words.js';

/** The family; `server` is asked when a statement runs. */
export function tokensFamily(server: AccountManagement): OwnFamily {
  return {
    begins: [
      ['CREATE', 'TOKEN'],
      ['REVOKE', 'TOKEN'],
    ],
    usage: USAGE,
    parse(words) {
      if (words.take('CREATE', 'TOKEN')) return createToken(server, words);
      words.take('REVOKE', 'TOKEN');
      return revokeToken(server, words);
    },
  };
}

const USAGE =
  "CREATE TOKEN FOR user [ROLE admin|user|readonly] [EXPIRES '90 days' | EXPIRES NEVER], REVOKE TOKEN 'id'";

const HOUR_MS = 60 * 60 * 1000;
const DAY_MS = 24 * HOUR_MS;
const DEFAULT_LIFETIME_MS = 90 * DAY_MS;
const UNITS_MS: Readonly<Record<string, number>> = {
  minute: 60 * 1000,
  hour: HOUR_MS,
  day: DAY_MS,
  week: 7 * DAY_MS,
  month: 30 * DAY_MS,
  year: 365 * DAY_MS,
};
/** Beyond this somebody means NEVER. */
const LIFETIME_MS_MAX = 100 * 365 * DAY_MS;

function createToken(server: AccountManagement, words: Words): OwnCommand {
  words.expect('FOR');
  const owner = words.name('a user name');
  const asked = words.take('ROLE') ? words.choose('the role', ROLES) : undefined;
  const lifetimeMs = words.take('EXPIRES') ? readLifetime(words) : DEFAULT_LIFETIME_MS;
  words.end();
  return {
    what: 'create tokens',
    mayRun: isAdministrator,
    inTransaction: 'refused',
    schema: {
      fields: [text('token'), text('token_id'), text('user_name'), text('role'), timestamp('expires_at')],
    },
    async run() {
      const { accounts, standing, nowMs } = server;
      if (accounts.isSuspended(owner))
        throw new GizmoError('FAILED_PRECONDITION', `User ${JSON.stringify(owner)} is suspended.`);
      const role = roleWithin(standing.ownerRole(owner), asked, owner);
      const createdMs = Math.round(nowMs());
      const expiresMs = lifetimeMs === undefined ? undefined : createdMs + lifetimeMs;
      const { token, id, digest } = makeApiToken();
      await accounts.createToken({ id, digest, owner, role, createdMs, expiresMs });
      return [[token], [id], [owner], [role], [instant(expiresMs)]];
    },
  };
}

function revokeToken({ accounts, sessions }: AccountManagement, words: Words): OwnCommand {
  const written = words.name('the id of a token');
  words.end();
  return {
    what: 'revoke tokens',
    mayRun: isAdministrator,
    inTransaction: 'refused',
    schema: { fields: [] },
    async run(): Promise<OwnAnswer> {
      const id = apiTokenId(written);
      if (id === undefined)
        throw new GizmoError('INVALID_ARGUMENT', 'This is no id of a token; gizmo_tokens() lists them.');
      await accounts.revokeToken(id);
      await sessions.endWhere(({ principal: { origin } }) =>
        origin?.kind === 'api-token' && origin.id === id ? ended('The API token was revoked.') : undefined,
      );
      return [];
    },
  };
}

/** As asked, or as much as the owner has. Throws NOT_FOUND for an owner that the server does not know. */
function roleWithin(most: Role | undefined, asked: Role | undefined, owner: string): Role {
  if (most === undefined)
    throw new GizmoError(
      'NOT_FOUND',
      `There is no user ${JSON.stringify(owner)} on this server. Tokens are for users that CREATE USER made.`,
    );
  if (asked === undefined || lowerRole(most, asked) === asked) return asked ?? most;
  throw new GizmoError(
    'INVALID_ARGUMENT',
    `${JSON.stringify(owner)} has the role ${most}, and a token cannot have more.`,
  );
}

/** Milliseconds; undefined: for ever. */
function readLifetime(words: Words): number | undefined {
  if (words.take('NEVER')) return undefined;
  const written = words.string("a time such as '90 days', or NEVER,");
  const [, count = '', unit = ''] = /^\s*(\d{1,6})\s*([a-z]+?)s?\s*$/i.exec(written) ?? [];
  const lifetimeMs = Number(count) * (UNITS_MS[unit.toLowerCase()] ?? 0);
  if (lifetimeMs > 0 && lifetimeMs <= LIFETIME_MS_MAX) return lifetimeMs;
  throw new GizmoError(
    'INVALID_ARGUMENT',
    `EXPIRES wants a number of minutes, hours, days, weeks, months or years, such as '90 days', or NEVER.`,
  );
}
