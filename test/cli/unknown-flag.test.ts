import { describe, expect, it } from 'vitest';
import { CLIENT_FLAGS } from '../../src/cli/client-flags.js';
import type { FlagSpec } from '../../src/cli/parse-line.js';
import { unknownFlag } from '../../src/cli/unknown-flag.js';
import ServerStart from '../../src/commands/server/start.js';

describe('a flag that a command does not have', () => {
  it.each([
    ['-p', 'There is no flag -p. Did you mean --port (-R)?'],
    ['-h', 'There is no flag -h. Did you mean --hostname (-H)?'],
    ['-u', 'There is no flag -u. Did you mean --username (-U)?'],
    ['-d', 'There is no flag -d. Did you mean --database (-D)?'],
    ['-x', 'There is no flag -x. See --help.'],
    ['--prot=1', 'There is no flag --prot. Did you mean --port?'],
  ])('of the server: %s', (given, message) => {
    expect(unknownFlag(given, ServerStart.flags)).toMatchObject({ code: 'USAGE', message });
  });

  it.each([
    ['-P', 'There is no flag -P. Did you mean --port (-p)?'],
    ['-R31337', 'There is no flag -R. Did you mean --port (-p)?'],
    ['-H', 'There is no flag -H. Did you mean --host (-h)?'],
    ['-Uann', 'There is no flag -U. Did you mean --username (-u)?'],
    ['-zsecret', 'There is no flag -z. See --help.'],
    ['--no-such-flag=secret', 'There is no flag --no-such-flag. See --help.'],
    ['--hlep', 'There is no flag --hlep. Did you mean --help?'],
  ])('of the client: %s', (given, message) => {
    const flags: Readonly<Record<string, FlagSpec>> = CLIENT_FLAGS;
    expect(unknownFlag(given, flags)).toMatchObject({ code: 'USAGE', message });
  });
});
