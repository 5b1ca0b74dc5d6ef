/** What can be the name of somebody: text that shows in a list or a log as what it is. */

const CHARS_MAX = 256;
/** Control and format characters (such as those that turn the direction of text, or have no width), halves of pairs, line breaks. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;

/** Whether it is such a name; the sentence of whoever refuses another says "empty, too long or has control characters". */
export function isPersonName(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= CHARS_MAX && !UNSEEN.test(value);
}
