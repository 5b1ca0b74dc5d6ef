/** Statements of other databases about roles: here there are three, and nobody makes or changes one. */
import type { OwnFamily } from './own-statement.js';

/** Every one of them is refused, with what does instead. */
export function roleStatements(): OwnFamily {
  return {
    begins: [
      ...['CREATE', 'ALTER', 'DROP'].flatMap((verb) => [
        [verb, 'ROLE'],
        [verb, 'GROUP'],
      ]),
      ['SET', 'ROLE'],
    ],
    usage:
      "CREATE USER name [PASSWORD '…'] [ROLE admin|user|readonly], ALTER USER name ROLE admin|user|readonly, GRANT … TO user|role|PUBLIC",
    parse(words) {
      words.choose('the verb', ['CREATE', 'ALTER', 'DROP', 'SET']);
      return words.fail('the roles are admin, user and readonly, and a user has one of them');
    },
  };
}
