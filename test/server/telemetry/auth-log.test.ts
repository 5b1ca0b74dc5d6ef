import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createAuthLog } from '../../../src/server/telemetry/auth-log.js';
import { createLogger, type LogLevel } from '../../../src/server/telemetry/logger.js';

const ANN = { user: 'ann', role: 'user', method: 'password', peer: '127.0.0.1:1' };

/** What is logged at a level of logins, in a log whose own level lets errors through only. */
async function logged(level: LogLevel, write: (log: ReturnType<typeof createAuthLog>) => void) {
  const folder = mkdtempSync(join(tmpdir(), 'gizmo-log-'));
  const file = join(folder, 'log');
  const logger = createLogger({ level: 'error', format: 'json', file, now: () => new Date(0) });
  write(createAuthLog(logger, level));
  await logger.close();
  const text = readFileSync(file, 'utf8').trim();
  rmSync(folder, { recursive: true });
  return text === '' ? [] : text.split('\n').map((line): Record<string, unknown> => JSON.parse(line));
}

describe('the log of logins', () => {
  it('says who, from where, how and with what result', async () => {
    const [login] = await logged('info', (log) => log.accepted('login', { ...ANN, peerIdentity: 'ann.crt' }));
    expect(login).toMatchObject({
      msg: 'login',
      lvl: 'info',
      kind: 'authentication',
      user: 'ann',
      role: 'user',
      method: 'password',
      peer: '127.0.0.1:1',
      peer_identity: 'ann.crt',
      result: 'success',
    });
  });

  it('has the first call of a session at info and others at debug', async () => {
    const calls = (log: ReturnType<typeof createAuthLog>) => {
      for (const use of ['s1', 's1', 's2', 's1']) log.accepted('call', ANN, use);
    };
    expect(await logged('info', calls)).toHaveLength(2);
    expect((await logged('debug', calls)).map(({ lvl }) => lvl)).toEqual(['info', 'debug', 'info', 'debug']);
  });

  it('warns of who is refused, and says why', async () => {
    const why = { code: 'UNAUTHENTICATED', reason: 'Invalid username or password.' };
    const [refusal] = await logged('warning', (log) => log.refused('login', ANN, why));
    expect(refusal).toMatchObject({ msg: 'login refused', lvl: 'warning', result: 'failure', ...why });
  });

  it('is silent where it is off', async () => {
    expect(
      await logged('off', (log) => log.refused('call', ANN, { code: 'UNAUTHENTICATED', reason: 'x' })),
    ).toEqual([]);
  });
});
