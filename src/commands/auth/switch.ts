import * as Args from '@oclif/core/args';
import { runSwitch, SWITCH_FLAGS } from '../../cli/auth/switch.js';
import { BaseCommand } from '../../cli/base-command.js';
import { toOclifFlags } from '../../cli/oclif-flags.js';

export default class AuthSwitch extends BaseCommand {
  static override summary = 'choose the login that is meant where no server is named';
  static override description =
    `Plain "gizmo client" then connects to its server, and of several logins at that server this one is used.`;
  static override examples = [
    '<%= config.bin %> <%= command.id %> prod',
    '<%= config.bin %> <%= command.id %> --none',
  ];
  static override args = {
    login: Args.string({ ignoreStdin: true, name: 'LOGIN', description: 'login: its name, or host[:port]' }),
  };
  static override flags = toOclifFlags(SWITCH_FLAGS);

  async run(): Promise<void> {
    this.parsed = true;
    process.exitCode = await runSwitch(this.argv);
  }
}
