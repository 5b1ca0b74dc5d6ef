import * as Args from '@oclif/core/args';
import { runLogin } from '../../cli/auth/login.js';
import { LOGIN_COMMAND_FLAGS } from '../../cli/auth/login-flags.js';
import { BaseCommand } from '../../cli/base-command.js';
import { toOclifFlags } from '../../cli/oclif-flags.js';

export default class AuthLogin extends BaseCommand {
  static override summary = 'log in once, for "gizmo client" to use';
  static override description =
    `Logs in, and stores the login if the server accepts it: the secret in the keychain of the system, or where
--credential-store says. "gizmo client" then uses it without a word, for this server only, and needs none of the flags of the
connection again.`;
  static override examples = [
    '<%= config.bin %> <%= command.id %> db.example.com',
    '<%= config.bin %> <%= command.id %> db.example.com --username ann --password',
    '<%= config.bin %> <%= command.id %> db.example.com --token-file token.txt --profile prod',
    '<%= config.bin %> <%= command.id %> gizmo://db.example.com --mtls-cert ann.crt --mtls-key ann.key --mtls',
  ];
  static override args = {
    server: Args.string({
      ignoreStdin: true,
      name: 'SERVER',
      description: 'host, host:port or gizmo://host:port (default the active login, or localhost)',
    }),
  };
  static override flags = toOclifFlags(LOGIN_COMMAND_FLAGS);

  async run(): Promise<void> {
    this.parsed = true;
    process.exitCode = await runLogin(this.argv);
  }
}
