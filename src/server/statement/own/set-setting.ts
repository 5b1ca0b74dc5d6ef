/** SET, SET GLOBAL and RESET of Gizmo's own settings. */

import type { SettingValue } from '../settings/parameters.js';
import type { SetScope, Settings } from '../settings/settings.js';
import { text } from '../tables/columns.js';
import type { OwnCommand, OwnFamily } from './own-statement.js';
import type { Words } from './words.js';

const PREFIX = /^(gizmosql|gizmo)$/i;
const VERBS = ['SET', 'RESET'] as const;

export function setSetting(settings: Settings): OwnFamily {
  return {
    begins: VERBS.flatMap((verb) => [
      [verb, PREFIX],
      [verb, 'SESSION', PREFIX],
      [verb, 'GLOBAL', PREFIX],
    ]),
    usage:
      'SET [SESSION | GLOBAL] gizmosql.NAME = VALUE [FOR USER name], or RESET [SESSION | GLOBAL] gizmosql.NAME [FOR USER name]',
    parse(words) {
      const sets = words.take('SET');
      if (!sets) words.expect('RESET');
      const scope: SetScope = words.take('GLOBAL') ? 'GLOBAL' : 'SESSION';
      if (scope === 'SESSION') words.take('SESSION');
      words.name('gizmosql');
      if (!words.mark('.')) words.fail('a point and the name of a setting are expected');
      const name = words.name('the name of a setting');
      const value = sets ? readValue(words) : undefined;
      const user = scope === 'GLOBAL' && words.take('FOR', 'USER') ? words.name('a user name') : undefined;
      words.end();
      return command(settings, { scope, name, value, user });
    },
  };
}

interface Asked {
  readonly scope: SetScope;
  readonly name: string;
  readonly value: SettingValue | undefined;
  readonly user: string | undefined;
}

function command(settings: Settings, { scope, name, value, user }: Asked): OwnCommand {
  return {
    what: `SET GLOBAL gizmosql.${name}`,
    refusal: `Only admin users can SET GLOBAL ${name}`,
    mayRun: ({ role }) => scope === 'SESSION' || role === 'admin',
    inTransaction: 'apart',
    schema: { fields: [text('result')] },
    async run({ session }) {
      settings.set({ session, scope, name, value, user });
      const whose = user === undefined ? scope.toLowerCase() : `user ${user}'s`;
      const how = value === undefined ? 'reset' : `set to: ${value}`;
      return [[`GizmoSQL ${whose} parameter '${name}' successfully ${how}`]];
    },
  };
}

/** A number, a word or a string; DEFAULT is as RESET. */
function readValue(words: Words): SettingValue | undefined {
  if (!words.mark('=') && !words.take('TO')) words.fail('= and a value are expected');
  if (words.take('DEFAULT')) return undefined;
  const negative = words.mark('-');
  const number = words.number();
  if (number !== undefined) return negative ? -number : number;
  if (negative || words.isNumber) return words.fail('a whole number is expected');
  return words.anyString() ?? words.name('a value');
}
