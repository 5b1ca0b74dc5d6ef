/** `.show` */
import { serverAddress } from '../../connect/server-address.js';
import type { DotCommand } from '../dot-command.js';

/** Shows where the shell is connected and how it is set. */
export const SHOW: DotCommand = {
  name: 'show',
  aliases: ['\\conninfo'],
  usage: '',
  summary: 'show the connection and the settings',
  argumentsMin: 0,
  argumentsMax: 0,
  async run({ client, settings, output, print }) {
    const { host, port, tls } = client.target;
    const values = {
      server: `${serverAddress(host, port)}${tls ? ', TLS' : ''}`,
      user: client.user ?? 'none',
      role: client.role ?? 'unknown',
      mode: settings.format,
      headers: onOff(settings.header),
      nullvalue: settings.nullText ?? 'as the format has it',
      timer: onOff(settings.timer),
      maxrows: String(settings.maxRows),
      maxwidth: settings.maxWidth === 0 ? '0 (the terminal)' : String(settings.maxWidth),
      echo: onOff(settings.echo),
      bail: onOff(settings.bail),
      output: output.isStandard ? 'screen' : 'file',
    };
    const lines = Object.entries(values).map(([name, value]) => `${name.padStart(9)}: ${value}\n`);
    await print(lines.join(''));
  },
};

function onOff(value: boolean): string {
  return value ? 'on' : 'off';
}
