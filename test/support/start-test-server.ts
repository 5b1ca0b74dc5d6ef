/** A whole server in this process, on a free port of loopback, with what a test needs to look inside. */
import { parseConfig, type RawServerSettings } from '../../src/server/config/parse-config.js';
import type { RunningServer } from '../../src/server/running-server.js';
import { startServer } from '../../src/server/start-server.js';
import { createLogger } from '../../src/server/telemetry/logger.js';

export const USER = 'ann';
export const PASSWORD = 'open sesame';

export async function startTestServer(settings: RawServerSettings = {}): Promise<RunningServer> {
  const config = parseConfig(
    {
      port: 0,
      username: USER,
      password: PASSWORD,
      'shutdown-grace-period-seconds': 0,
      ...(settings['log-level'] === undefined && { 'auth-log-level': 'off' }),
      ...settings,
    },
    { UV_THREADPOOL_SIZE: process.env.UV_THREADPOOL_SIZE },
  );
  const { level, format, file } = config.log;
  const log = createLogger({
    level: settings['log-level'] === undefined ? 'off' : level,
    format,
    ...(file !== undefined && { file }),
    now: () => new Date(),
  });
  return startServer(config, log);
}
