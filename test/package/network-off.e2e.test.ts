/**
 * Nothing leaves the machine: everything runs in a network namespace that has a loopback and nothing else, and
 * the kernel's own count of packets that found no way out must stay 0.
 */
import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import { GIZMO } from '../support/root.js';
import { which } from '../support/which.js';

/** Root may make a namespace; others may where the system lets them be root of their own. */
const UNSHARE = process.getuid?.() === 0 ? ['--net'] : ['--map-root-user', '--net'];
const folder = mkdtempSync(join(tmpdir(), 'gizmo-offline-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.skipIf(!canCutTheNetwork())('with the network off', () => {
  it('an attempt to reach another machine is counted', async () => {
    const { attempts } = await runOffline(
      `node -e "require('net').connect(443, '203.0.113.1').on('error', () => {})"`,
    );
    expect(attempts).toBeGreaterThan(0);
  });
  it('quickstart answers and reaches out to nobody', async () => {
    const { stdout, attempts } = await runOffline(
      `echo "select count(*) as n from penguins;" | gizmo quickstart --format csv`,
    );
    expect(stdout).toBe('n\n344\n');
    expect(attempts).toBe(0);
  });
  it('server and client answer and reach out to nobody', async () => {
    const { stdout, attempts } = await runOffline(`${SERVER}
      gizmo client --format csv -c "select json('[1]') as j, count(*) as n from duckdb_extensions() where loaded"`);
    expect(stdout).toMatch(/^j,n\n\[1\],\d+\n$/);
    expect(attempts).toBe(0);
  });
  it('SQL that would need an extension is refused instead of fetching it', async () => {
    const { stdout, attempts } = await runOffline(`${SERVER}
      gizmo client -c "from 'https://example.org/a.parquet'" 2>refusal && echo answered
      grep -q httpfs refusal && echo refused`);
    expect(stdout).toBe('refused\n');
    expect(attempts).toBe(0);
  });
});

/** Starts a server in the background, and waits by asking until it answers; it ends with the namespace. */
const SERVER = `node "${GIZMO}" server start --log-level error >/dev/null 2>&1 &
  trap "kill $!; wait $!" EXIT
  for attempt in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do gizmo client -c 'select 1' --format none 2>/dev/null && break; done`;

async function runOffline(script: string): Promise<{ stdout: string; attempts: number }> {
  const counters = join(folder, 'counters');
  const whole = `ip link set lo up || exit 9
gizmo() { node "${GIZMO}" "$@"; }
( ${script} )
code=$?
cat /proc/net/snmp /proc/net/snmp6 >"${counters}"
exit $code`;
  const { stdout } = await promisify(execFile)('unshare', [...UNSHARE, 'bash', '-c', whole], {
    cwd: folder,
    env: { ...process.env, XDG_RUNTIME_DIR: folder, XDG_STATE_HOME: folder },
  });
  return { stdout, attempts: countNoRoutes(readFileSync(counters, 'utf8')) };
}

/** Packets that had no route, of both protocols: TCP connects, datagrams and so name look-ups too. */
function countNoRoutes(text: string): number {
  const [names = '', values = ''] = text.split('\n').filter((line) => line.startsWith('Ip: '));
  const column = names.split(' ').indexOf('OutNoRoutes');
  const ipv6 = /^Ip6OutNoRoutes\s+(\d+)/m.exec(text)?.[1] ?? '0';
  return Number(values.split(' ')[column]) + Number(ipv6);
}

function canCutTheNetwork(): boolean {
  const possible =
    which('unshare') !== undefined &&
    spawnSync('unshare', [...UNSHARE, 'ip', 'link', 'set', 'lo', 'up']).status === 0;
  if (!possible)
    process.stderr.write('SKIPPED: this system does not let the tests cut off the network (unshare, ip).\n');
  return possible;
}
