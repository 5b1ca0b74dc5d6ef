/** SET GLOBAL gizmo_authentication_function and gizmo_authorization_function, also by Quack's names. */
import type { HookKind, Hooks } from '../../hooks/hooks.js';
import { text } from '../tables/columns.js';
import type { OwnCommand, OwnFamily } from './own-statement.js';
import type { Words } from './words.js';

const NAME = /^(?:gizmo|gizmosql|quack)_(authentication|authorization)_function$/i;
/** Quack's own functions, which stand for having none. */
const NONE = /^(quack_check_token|quack_nop_authorization)?$/i;

export function setHook(hooks: Hooks): OwnFamily {
  return {
    begins: ['SET', 'RESET'].flatMap((verb) => [
      [verb, NAME],
      [verb, 'GLOBAL', NAME],
      [verb, 'SESSION', NAME],
    ]),
    usage:
      "SET GLOBAL gizmo_authentication_function | gizmo_authorization_function = 'name', or RESET GLOBAL …",
    parse(words) {
      const sets = words.take('SET');
      if (!sets) words.expect('RESET');
      words.expect('GLOBAL');
      const kind = kindOf(words.name('the setting'));
      const name = sets ? readName(words) : undefined;
      words.end();
      return command(hooks, kind, name);
    },
  };
}

function command(hooks: Hooks, kind: HookKind, name: string | undefined): OwnCommand {
  return {
    what: `set the ${kind} function`,
    mayRun: ({ role }) => role === 'admin',
    inTransaction: 'refused',
    schema: { fields: [text('result')] },
    async run() {
      await hooks.set(kind, name);
      return [
        [name === undefined ? `There is no ${kind} function any more` : `The ${kind} function is ${name}`],
      ];
    },
  };
}

function readName(words: Words): string | undefined {
  if (!words.mark('=') && !words.take('TO')) words.fail('= and the name of a function are expected');
  if (words.take('DEFAULT') || words.take('NULL')) return undefined;
  const name = words.name('the name of a function');
  return NONE.test(name) ? undefined : name;
}

function kindOf(setting: string): HookKind {
  return /authentication/i.test(setting) ? 'authentication' : 'authorization';
}
