/** What a server is started with: complete, validated, frozen. Inside the server nothing is optional by accident. */

import type { DatabaseGrant } from '../model/database-grant.js';
import type { LogFormat, LogLevel } from '../telemetry/logger.js';
import type { LimitsConfig } from './limits-config.js';
import type { OAuthConfig } from './oauth-config.js';
import type { FilesConfig } from './parse-files.js';
import type { HooksConfig } from './parse-hooks.js';
import type { TlsConfig } from './tls-config.js';
import type { TokenConfig } from './token-config.js';

export interface ServerConfig {
  /** Address to listen on. */
  readonly hostname: string;
  /** 0 = any free port. */
  readonly port: number;
  /** Listening beyond loopback without TLS was asked for by name. */
  readonly allowInsecure: boolean;
  /** Undefined: no encryption. */
  readonly tls: TlsConfig | undefined;
  /** Which credentials are accepted. */
  readonly ways: WaysIn;
  /** Undefined: JSON Web Tokens of others are no way in. */
  readonly token: TokenConfig | undefined;
  /** What somebody who is no administrator may do in catalogs that have never had a grant of SQL's. */
  readonly defaultAccess: 'none' | 'all';
  /** Undefined: none are declared, and they limit nobody. */
  readonly databaseGrants: readonly DatabaseGrant[] | undefined;
  /** Undefined: there is no login by browser. */
  readonly oauth: OAuthConfig | undefined;
  /** Path of the database file; undefined = in memory. */
  readonly database: string | undefined;
  readonly readOnly: boolean;
  /**
   * Where the server keeps its own state; undefined = in memory, so that it ends with the server. `optional`: in
   * memory, too, where the directory is not there and cannot be made.
   */
  readonly stateDirectory: { readonly path: string; readonly optional: boolean } | undefined;
  /** What SQL may reach beyond the databases. */
  readonly files: FilesConfig;
  readonly username: string;
  /** Undefined: no way in is configured and a start-up token is made. */
  readonly password: string | undefined;
  /** The operator's own start-up token; undefined: one is made where it is a way in. */
  readonly serverToken: string | undefined;
  /** Signs session tokens; undefined: one of the server's own state. */
  readonly secretKey: string | undefined;
  /** Statements run once at start, in order; a failure stops the start. */
  readonly initSql: readonly string[];
  readonly limits: LimitsConfig;
  readonly hooks: HooksConfig;
  /** DuckDB's memory_limit, such as `4GB`; undefined = DuckDB's default. */
  readonly memoryLimit: string | undefined;
  /** DuckDB's storage compatibility version, such as `v1.2.0`. */
  readonly storageVersion: string | undefined;
  /** DuckDB may install and load extensions by itself. */
  readonly allowExtensions: boolean;
  /** Loaded at start; their functions are for everybody. */
  readonly extensions: readonly string[];
  /** 0 = no limit. */
  readonly sessionsMax: number;
  /** Of one user who is no administrator; 0 = no limit. */
  readonly sessionsPerUserMax: number;
  /** 0 = never. */
  readonly sessionIdleTimeoutMs: number;
  /** How long a session may last in all; 0 = for ever. */
  readonly sessionMaxLifetimeMs: number;
  /** Whether a session ends with the identity provider's token that opened it. */
  readonly sessionFollowsToken: boolean;
  /** How long a transaction may be open without a statement before it is rolled back; 0 = for ever. */
  readonly idleInTransactionTimeoutMs: number;
  /** Bytes of temporary files for results that wait for their readers, all together. */
  readonly tempFileBytesMax: number;
  /** Bytes of request headers a call may carry. */
  readonly metadataBytesMax: number;
  /** How long running statements may finish at shutdown; 0 = they are stopped at once. */
  readonly shutdownGraceMs: number;
  /** Engine calls that run at once; more wait in Gizmo's own queue, never in libuv's. */
  readonly engineCallsMax: number;
  readonly log: {
    readonly level: LogLevel;
    /** Of logins, and of what is refused before anybody is known. */
    readonly authLevel: LogLevel;
    readonly format: LogFormat;
    readonly file: string | undefined;
  };
}

/** Which credentials are accepted. Session tokens always are: somebody logged in for them. */
export interface WaysIn {
  /** The username and password of the configuration. */
  readonly password: boolean;
  /** Client certificates, by the table of principals. */
  readonly certificate: boolean;
  /** JSON Web Tokens of an identity provider. */
  readonly token: boolean;
  /** Passwords of users in the server's own state. */
  readonly users: boolean;
  /** API tokens of the server's own. */
  readonly apiTokens: boolean;
  /** A token made at start, because there is no other way, or the operator's own. */
  readonly startupToken: boolean;
}
