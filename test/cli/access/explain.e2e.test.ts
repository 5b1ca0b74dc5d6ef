/** `gizmo access explain` against a server, as people and as scripts run it. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type GizmoServer, startGizmoServer } from '../../support/gizmo-server.js';
import { runGizmo } from '../../support/run-gizmo.js';

let server: GizmoServer;
beforeAll(async () => {
  server = await startGizmoServer([
    '--init-sql-commands',
    "create table people as select 'Ann' as name, 1 as salary; GRANT SELECT (name) ON memory.main.people TO ann",
  ]);
});
afterAll(() => server.stop());

const explain = (...args: string[]) =>
  runGizmo(['access', 'explain', '--host', server.host, '--port', String(server.port), ...args], {
    env: { XDG_RUNTIME_DIR: server.runtime },
  });

describe('gizmo access explain', () => {
  it('says who refuses and what would allow it, with exit code 6', async () => {
    const { code, stdout } = await explain('ann', 'select salary from people', '--role', 'user');
    expect(code).toBe(6);
    expect(stdout).toMatch(/ann may not run this/);
    expect(stdout).toMatch(/grant +may not read salary of memory\.main\.people\. .*GRANT SELECT \(salary\)/);
  });

  it('names a grant on what was asked for, not on the whole catalog that is hidden', async () => {
    const bare = await explain('zoe', 'select name from people', '--role', 'user');
    expect(bare.stdout).toMatch(/cannot be planned for them: .* does not exist! .*in full/);
    const { stdout } = await explain('zoe', 'select name from memory.main.people', '--role', 'user');
    expect(stdout).toMatch(/memory is hidden: .*GRANT SELECT ON memory\.main\.people TO/);
  });

  it('answers 0 and JSON to scripts', async () => {
    const { code, stdout } = await explain('ann', 'select name from people', '--role', 'user', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ user: 'ann', allowed: true, rules: expect.any(Array) });
  });

  it('takes an administrator whose claim allows all for one, as a login does', async () => {
    const attach = async (access: string) =>
      explain(
        'eve',
        "attach ':memory:' as m",
        '--role',
        'admin',
        '--catalog-access',
        `[{"catalog":"*","access":"${access}"}]`,
      );
    expect((await attach('write')).code).toBe(0);
    expect((await attach('read')).code).toBe(6);
  });

  it('is asked wrongly where the statement cannot be read', async () => {
    expect(await explain('ann', 'selec 1', '--role', 'user')).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(/Parser Error: syntax error at or near "selec"/),
    });
  });

  it('names what is missing', async () => {
    expect((await explain('ann')).code).toBe(2);
    expect((await explain('ann', 'select 1', '--role', 'chief')).code).toBe(2);
    const { code, stderr } = await explain('stranger', 'select 1');
    expect([code, stderr]).toEqual([1, expect.stringMatching(/ROLE user/)]);
  });
});
