import * as Args from '@oclif/core/args';
import { BaseCommand } from '../cli/base-command.js';
import { CLIENT_FLAGS } from '../cli/client-flags.js';
import { toOclifFlags } from '../cli/oclif-flags.js';
import { planClient } from '../cli/plan-client.js';

export default class Client extends BaseCommand {
  static override summary = 'query a Gizmo or other Arrow Flight SQL server';
  static override description =
    `Opens a shell on a terminal; runs -c, -f or standard input otherwise and stops at the first error.

A server that you started on this machine is entered without a password. Otherwise the password comes from a prompt,
--password-file, --password-stdin or GIZMO_PASSWORD. Connection settings can come from the environment too: GIZMO_HOST,
GIZMO_PORT, GIZMO_USER, GIZMO_TLS, GIZMO_TLS_ROOTS, GIZMO_TLS_PIN, GIZMO_MTLS_CERT, GIZMO_MTLS_KEY, GIZMO_TOKEN, or the
same names with GIZMOSQL_. Flags win.

Connections to other machines are encrypted and the server verified by this machine's own certificate store, unless
--tls-roots or --tls-pin names another proof. Only --plaintext sends anything unencrypted there.

Exit codes: 0 ok, 1 SQL error, 2 usage, 3 cannot connect, 4 authentication, 5 timeout, 6 not permitted, 8 somebody must agree first,
130 interrupted.`;
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> -h db.example -u ada',
    '<%= config.bin %> <%= command.id %> -h db.example --tls-roots ca.crt --mtls-cert ada.crt --mtls-key ada.key',
    "<%= config.bin %> <%= command.id %> -c 'select 42'",
    '<%= config.bin %> <%= command.id %> -f report.sql --format csv -o report.csv',
    "echo 'select 1' | <%= config.bin %> <%= command.id %> gizmo://ada@db.example:31337 --json",
  ];
  static override args = {
    uri: Args.string({ description: 'gizmo://user@host:port?tlsRoots=ca.crt (gizmosql:// as well)' }),
  };
  static override flags = toOclifFlags(CLIENT_FLAGS);

  /** bin/run.js takes a shorter way to the same two calls. */
  async run(): Promise<void> {
    this.parsed = true;
    const { runClient } = await import('../client/run-client.js');
    process.exitCode = await runClient(await planClient(this.argv));
  }
}
