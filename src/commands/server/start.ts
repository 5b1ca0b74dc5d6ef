import * as Flags from '@oclif/core/flags';
import { BaseCommand } from '../../cli/base-command.js';
import { userPkiDirectory, userRuntimeDirectory } from '../../cli/runtime-directory.js';
import { REACH_FLAGS } from '../../cli/server/reach-flags.js';
import { collectServerSettings, LATER_SERVER_SETTINGS } from '../../cli/server-settings.js';

const CONNECTION = 'CONNECTION';
const ACCESS = 'ACCESS';
const DATABASE = 'DATABASE';
const LIMITS = 'LIMITS';
const LOG = 'LOG';

export default class ServerStart extends BaseCommand {
  static override summary = 'serve a DuckDB database over Arrow Flight SQL';
  static override description =
    `Listens on loopback only unless --hostname says otherwise. Without a password a start-up token is made,
which clients of the same user on this machine find by themselves.

Each setting can also come from the environment, as GIZMO_ and the flag in capitals (GIZMO_PORT, GIZMO_PASSWORD, …);
the GIZMOSQL_ names are accepted too. Flags win.`;
  static override examples = [
    '<%= config.bin %> <%= command.id %> --database sales.duckdb',
    'GIZMO_PASSWORD=… <%= config.bin %> <%= command.id %> --username admin --database sales.duckdb --readonly',
    'GIZMO_PASSWORD=… <%= config.bin %> <%= command.id %> --hostname 0.0.0.0 --tls server.crt server.key',
  ];
  static override readonly laterFlags = Object.keys(LATER_SERVER_SETTINGS);
  static override readonly pairFlags = ['tls'];
  static override readonly argumentHint = 'The database goes after --database.';
  static override flags = {
    hostname: Flags.string({
      char: 'H',
      summary: 'address to listen on (default 127.0.0.1; 0.0.0.0 is every address of this machine)',
      helpGroup: CONNECTION,
    }),
    port: Flags.integer({
      char: 'R',
      summary: 'port to listen on (default 31337; 0 is any free one)',
      helpGroup: CONNECTION,
    }),
    'allow-insecure': Flags.boolean({
      summary: 'listen beyond loopback without encryption',
      helpGroup: CONNECTION,
    }),
    tls: Flags.string({
      char: 'T',
      summary: 'certificate and key, PEM; auto makes them for this machine, which clients of this user trust',
      helpValue: 'CERT KEY',
      multiple: true,
      multipleNonGreedy: true,
      helpGroup: CONNECTION,
    }),
    'tls-min-version': Flags.string({
      summary: 'oldest TLS version to speak: 1.2 or 1.3 (default 1.3)',
      helpGroup: CONNECTION,
    }),
    'mtls-ca-cert-filename': Flags.string({
      char: 'M',
      summary:
        'CA that signs client certificates, PEM; without --mtls-principal each client needs one before it logs in',
      helpValue: 'FILE',
      helpGroup: CONNECTION,
    }),
    'mtls-crl-filename': Flags.string({
      summary: 'revocation list of that CA',
      helpValue: 'FILE',
      helpGroup: CONNECTION,
    }),
    'crl-stale': Flags.string({
      summary:
        'what a revocation list past its date means to client certificates: refuse or warn (default refuse)',
      helpGroup: CONNECTION,
    }),
    'max-metadata-size': Flags.integer({
      summary: 'bytes of headers a call may carry',
      helpGroup: CONNECTION,
    }),

    username: Flags.string({
      char: 'U',
      summary: 'name of the administrator (default gizmosql_user)',
      helpGroup: ACCESS,
    }),
    password: Flags.string({
      char: 'P',
      summary:
        'password of the administrator; others can read it in the process list: prefer GIZMO_PASSWORD or --password-file',
      helpGroup: ACCESS,
    }),
    'password-file': Flags.string({
      summary: 'file with the password',
      helpValue: 'FILE',
      helpGroup: ACCESS,
    }),
    auth: Flags.string({
      summary: 'ways in: mtls, password, token, separated by commas (default those that are configured)',
      helpGroup: ACCESS,
    }),
    'server-token-file': Flags.string({
      summary: 'file with a token of your own for the administrator, in place of a start-up token',
      helpValue: 'FILE',
      helpGroup: ACCESS,
    }),
    'mtls-principal': Flags.string({
      summary:
        "whom a client certificate stands for, by common name or pin: 'ann=cn:ann,role=user', 'etl=spki:HEX'; repeatable",
      helpValue: 'NAME=…',
      multiple: true,
      multipleNonGreedy: true,
      helpGroup: ACCESS,
    }),
    'mtls-default-role': Flags.string({
      summary: 'role of certificate principals without one: admin, user or readonly (default readonly)',
      helpGroup: ACCESS,
    }),
    'default-access': Flags.string({
      summary:
        'what a login that is no administrator may do in catalogs without a GRANT: all that its role may, or none (default all)',
      helpValue: 'none|all',
      helpGroup: ACCESS,
    }),
    'database-grant': Flags.string({
      summary:
        "what somebody who is no administrator has on a database: 'sales:ann=read-only', 'sales:*=none', '*:etl=read-write'; once there is one, databases without are hidden; repeatable",
      helpValue: 'DATABASE:NAME=LEVEL',
      multiple: true,
      multipleNonGreedy: true,
      helpGroup: ACCESS,
    }),
    ...REACH_FLAGS,
    'token-allowed-issuer': Flags.string({
      summary:
        'identity provider whose tokens (JWT) are logins, as Bearer or as the password of the user "token"',
      helpValue: 'URL',
      helpGroup: ACCESS,
    }),
    'token-allowed-audience': Flags.string({
      summary: 'for whom those tokens have to be made',
      helpGroup: ACCESS,
    }),
    'token-signature-verify-cert-path': Flags.string({
      summary:
        'public key or certificate that proves them, PEM (default: the keys that the issuer publishes)',
      helpValue: 'FILE',
      helpGroup: ACCESS,
    }),
    'token-jwks-uri': Flags.string({
      summary: 'where their keys are published, if the issuer does not say',
      helpValue: 'URL',
      helpGroup: ACCESS,
    }),
    'token-default-role': Flags.string({
      summary: 'role of tokens that name none: admin, user or readonly (default: they are refused)',
      helpGroup: ACCESS,
    }),
    'token-role-mapping': Flags.string({
      summary: "role by another claim: 'groups:analysts=readonly'; repeatable, the first that fits",
      helpValue: 'CLAIM:VALUE=ROLE',
      multiple: true,
      multipleNonGreedy: true,
      helpGroup: ACCESS,
    }),
    'token-authorized-emails': Flags.string({
      summary: "whose tokens are accepted: '*@example.com,bob@partner.example' (default everybody's)",
      helpGroup: ACCESS,
    }),
    'token-email-claim': Flags.string({
      summary: 'claim with the e-mail address (default email)',
      helpGroup: ACCESS,
    }),
    'oauth-client-id': Flags.string({
      summary: 'name of the client at the identity provider, by which people log in in a browser',
      helpValue: 'ID',
      helpGroup: ACCESS,
    }),
    'oauth-client-secret': Flags.string({
      summary:
        'its secret, where it has one; others can read it in the process list: prefer the variable or the file',
      helpGroup: ACCESS,
    }),
    'oauth-client-secret-file': Flags.string({
      summary: 'file with that secret',
      helpValue: 'FILE',
      helpGroup: ACCESS,
    }),
    'oauth-scopes': Flags.string({
      summary: 'what is asked of the provider (default "openid profile email")',
      helpGroup: ACCESS,
    }),
    'oauth-redirect-host': Flags.string({
      summary: 'where the browser comes back to: 127.0.0.1, ::1 or localhost (default 127.0.0.1)',
      helpGroup: ACCESS,
    }),
    'oauth-redirect-port': Flags.integer({
      summary: 'port there, for providers that compare it (default any free one)',
      helpGroup: ACCESS,
    }),
    'secret-key': Flags.string({
      char: 'S',
      summary: 'key that signs session tokens; servers that share it accept each other’s (default random)',
      helpGroup: ACCESS,
    }),
    readonly: Flags.boolean({ char: 'O', summary: 'open the database read-only', helpGroup: ACCESS }),

    database: Flags.string({
      char: 'D',
      aliases: ['database-filename'],
      summary: 'database file, made if it is missing (default in memory)',
      helpValue: 'FILE',
      helpGroup: DATABASE,
    }),
    'state-dir': Flags.string({
      summary: "directory for what the server keeps itself: users, tokens, keys (default '<database>.gizmo')",
      helpValue: 'DIR',
      helpGroup: DATABASE,
    }),
    backend: Flags.string({ char: 'B', summary: 'database engine: duckdb', helpGroup: DATABASE }),
    'init-sql-commands': Flags.string({
      char: 'I',
      summary: 'SQL to run at start; a failure stops the start',
      helpValue: 'SQL',
      helpGroup: DATABASE,
    }),
    'init-sql-commands-file': Flags.string({
      char: 'F',
      summary: 'file with SQL to run at start, after --init-sql-commands',
      helpValue: 'FILE',
      helpGroup: DATABASE,
    }),
    'storage-version': Flags.string({
      summary: 'storage format of a new database file, such as v1.2.0',
      helpGroup: DATABASE,
    }),
    'allow-extensions': Flags.boolean({
      summary: 'let DuckDB install and load extensions by itself (reaches the network)',
      helpGroup: DATABASE,
    }),

    'query-timeout': Flags.integer({
      summary: 'seconds a statement may run (default 0, no limit)',
      helpGroup: LIMITS,
    }),
    'max-concurrent-statements': Flags.integer({
      summary: 'statements worked on at once, administrators apart (default 0, no limit)',
      helpGroup: LIMITS,
    }),
    'max-queued-statements': Flags.integer({
      summary: 'statements that may wait for that (default 8 times as many; 0 is no limit)',
      helpGroup: LIMITS,
    }),
    'max-queue-wait': Flags.integer({
      summary: 'seconds a statement may wait for that (default 300; 0 is for ever)',
      helpGroup: LIMITS,
    }),
    'max-result-rows': Flags.integer({
      summary: 'rows of one result, which fails beyond (default 0, no limit)',
      helpGroup: LIMITS,
    }),
    'max-result-size': Flags.string({
      summary: 'size of one result, such as 1GB, which fails beyond (default 0, no limit)',
      helpValue: 'SIZE',
      helpGroup: LIMITS,
    }),
    'max-sql-size': Flags.string({
      summary: 'characters of one text of SQL (default 16MiB)',
      helpValue: 'SIZE',
      helpGroup: LIMITS,
    }),
    'max-statements-per-second': Flags.integer({
      summary: 'statements that one user may begin in a second (default 0, no limit)',
      helpGroup: LIMITS,
    }),
    'upload-stall-timeout': Flags.integer({
      summary: 'seconds a bulk load waits for its client (default 300; 0 is for ever)',
      helpGroup: LIMITS,
    }),
    'memory-limit': Flags.string({
      summary: 'memory DuckDB may use, such as 4GB (default 80 % of the machine)',
      helpGroup: LIMITS,
    }),
    'max-sessions': Flags.integer({
      summary: 'sessions at once (default 10000; 0 is no limit)',
      helpGroup: LIMITS,
    }),
    'max-sessions-per-user': Flags.integer({
      summary: 'sessions of one user at once (default 80 % of --max-sessions; 0 is no limit)',
      helpGroup: LIMITS,
    }),
    'session-idle-timeout': Flags.integer({
      summary: 'seconds after which an idle session ends (default 43200; 0 is never)',
      helpGroup: LIMITS,
    }),
    'session-max-lifetime': Flags.integer({
      summary: 'seconds after which a session ends whatever it does (default 0: never)',
      helpGroup: LIMITS,
    }),
    'session-follow-token': Flags.boolean({
      summary: "end a session with the identity provider's token that opened it",
      helpGroup: LIMITS,
    }),
    'idle-in-transaction-timeout': Flags.integer({
      summary: 'seconds after which an idle transaction is rolled back (default 900; 0 is never)',
      helpGroup: LIMITS,
    }),
    'temp-file-limit': Flags.string({
      summary:
        'disk for results that their clients read slowly while the session goes on (default 4GB; 0 is none)',
      helpValue: 'SIZE',
      helpGroup: LIMITS,
    }),
    'graceful-shutdown': Flags.boolean({
      summary: 'let statements run for up to 300 s at shutdown instead of 10 s',
      helpGroup: LIMITS,
    }),
    'shutdown-grace-period-seconds': Flags.integer({
      summary: 'seconds statements may still run at shutdown',
      helpGroup: LIMITS,
    }),

    'authentication-function': Flags.string({
      summary: 'function or macro of SQL that says who may come in: (session id, client token, server token)',
      helpValue: 'NAME',
      helpGroup: ACCESS,
    }),
    'hook-role': Flags.string({
      summary: 'role of whom it admits: readonly (default), user or admin',
      helpValue: 'ROLE',
      helpGroup: ACCESS,
    }),
    'authorization-function': Flags.string({
      summary: 'function or macro of SQL that is asked about each statement: (session id, query)',
      helpValue: 'NAME',
      helpGroup: ACCESS,
    }),
    'hook-timeout': Flags.integer({
      summary: 'seconds such a function may take before it counts as a refusal (default 5)',
      helpGroup: ACCESS,
    }),

    'print-queries': Flags.boolean({
      char: 'Q',
      summary: 'log each statement, secrets left out: --query-log-level info',
      helpGroup: LOG,
    }),
    'query-log-level': Flags.string({
      summary: 'statements to log: info (each), warning (refused or failed; the default) or off',
      helpGroup: LOG,
    }),
    'log-level': Flags.string({
      summary: 'debug, info, warning, error or off (default info)',
      helpGroup: LOG,
    }),
    'auth-log-level': Flags.string({
      summary: 'of logins: debug, info, warning, error or off (default that of --log-level)',
      helpGroup: LOG,
    }),
    'log-format': Flags.string({ summary: 'text or json (default text)', helpGroup: LOG }),
    'log-file': Flags.string({
      summary: 'file to append to; - is standard output (default standard error)',
      helpValue: 'FILE',
      helpGroup: LOG,
    }),
  };

  override async run(): Promise<void> {
    const { flags } = await this.readLine(ServerStart);
    const settings = { ...collectServerSettings(flags), 'pki-directory': userPkiDirectory() };
    const { runServer } = await import('../../server/run-server.js');
    process.exitCode = await runServer(settings, {
      secretsInArgv: [
        ...(flags.password === undefined ? [] : (['password'] as const)),
        ...(flags['oauth-client-secret'] === undefined ? [] : (['oauth-client-secret'] as const)),
      ],
      runtimeDirectory: userRuntimeDirectory(),
    });
  }
}
