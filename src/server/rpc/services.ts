/** What the RPC handlers are given: the parts of the server they translate for. */

import type { LoginSettings } from '../../flight/login/login-settings.js';
import type { Authenticator } from '../auth/authenticator.js';
import type { CertificatePrincipals } from '../auth/certificate.js';
import type { SessionTokens } from '../auth/session-token.js';
import type { Standing } from '../auth/standing.js';
import type { Connection } from '../model/connection.js';
import type { SessionRegistry } from '../session/session-registry.js';
import type { UserMemory } from '../session/user-memory.js';
import type { TokenExchange } from '../sso/token-exchange.js';
import type { Statements } from '../statement/statements.js';
import type { AuthLog } from '../telemetry/auth-log.js';
import type { Logger } from '../telemetry/logger.js';

export interface Services {
  readonly authenticator: Authenticator;
  readonly certificates: CertificatePrincipals;
  /** How people stand who have shown who they are. */
  readonly standing: Standing;
  readonly sessionTokens: SessionTokens;
  /** What anybody may know of logging in now. */
  readonly loginSettings: () => LoginSettings;
  /** Undefined where clients ask the identity provider themselves. */
  readonly tokenExchange: TokenExchange | undefined;
  readonly sessions: SessionRegistry;
  readonly memory: UserMemory;
  readonly statements: Statements;
  /** The engine's name and version, for SqlInfo. */
  readonly engine: { readonly name: string; readonly version: string };
  readonly serverVersion: string;
  readonly readOnly: boolean;
  /** 0 = no limit. */
  readonly queryTimeoutMs: number;
  readonly log: Logger;
  /** The same log, at the level of logins. */
  readonly authLog: AuthLog;
  /** Aborted once no statement is taken any more. */
  readonly closed: AbortSignal;
  /** Aborted when the time to drain is over; its reason is what running calls fail with. */
  readonly stopping: AbortSignal;
  /** The transport connection of a peer address, as the listener accepted it. */
  readonly connectionOf: (peer: string) => Connection | undefined;
}
