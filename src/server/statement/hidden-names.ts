/**
 * What somebody who is limited hears of what is hidden from them: exactly what they would hear if it were not there.
 * So a text that fails, or reads something hidden, is inspected once more with every name of something hidden
 * replaced by one that nothing has; how that fails, with the names put back, is the answer.
 */
import { GizmoError, toGizmoError } from '../../errors.js';
import { readTokens, type Token } from '../../sql/lexer.js';
import { quotedName } from '../../sql/string-value.js';
import { decide } from '../access/decide.js';
import { mayKnow } from '../access/may-know.js';
import type { EngineSession, InspectOptions } from '../engine/engine.js';
import { foldName } from '../model/fold-name.js';
import type { PlanFacts } from '../model/plan-facts.js';
import type { Rights } from '../model/rights.js';
import { notThere } from './not-there.js';

/** Inspects `text`. Throws what its principal would be told if nothing that is hidden existed. */
export async function inspectHiding(
  engine: EngineSession,
  rights: Rights,
  text: string,
  options: InspectOptions,
): Promise<PlanFacts> {
  const facts = await engine.inspect(text, options).catch(async (error: unknown) => {
    // Whatever else is wrong shows in the same way without them.
    const answer = await withoutHidden(engine, rights, text, options, 'all');
    throw answer instanceof GizmoError ? answer : error;
  });
  try {
    const denial = decide(rights, facts);
    // The plan does not name types, so a catalog before a dot may be in it without showing.
    const which = denial === undefined ? 'catalogs before a dot' : 'all';
    const answer = await withoutHidden(engine, rights, text, options, which);
    if (answer instanceof GizmoError) throw answer;
    if (denial?.by !== 'hidden') return facts;
    // Such as DROP … IF EXISTS, which does not fail; what is refused about it then is the answer.
    if (answer !== undefined && decide(rights, answer) !== undefined) return answer;
    throw notThere(denial, text);
  } catch (error) {
    await engine.endScope('rollback');
    throw error;
  }
}

type Which = 'all' | 'catalogs before a dot';

/**
 * How the text fails without what is hidden, or what it would do; undefined where it has no name of anything hidden.
 * With `catalogs before a dot` only those count.
 */
async function withoutHidden(
  engine: EngineSession,
  rights: Rights,
  text: string,
  options: InspectOptions,
  which: Which,
): Promise<GizmoError | PlanFacts | undefined> {
  const named = namesOf(text, which);
  if (named.length === 0) return undefined;
  const hidden = await hiddenOf(engine, rights, named, which);
  const { masked, unmask } = mask(text, hidden);
  if (masked === text) return undefined;
  try {
    const facts = await engine.inspect(masked, options);
    return JSON.parse(unmask(JSON.stringify(facts)));
  } catch (reason) {
    const { code, message, position } = toGizmoError(reason);
    return new GizmoError(code, unmask(message), { ...(position !== undefined && { position }) });
  }
}

/** Folded names that stand for nothing but what is hidden. */
async function hiddenOf(
  engine: EngineSession,
  rights: Rights,
  names: readonly string[],
  which: Which,
): Promise<ReadonlySet<string>> {
  const hidden = new Set<string>();
  for (const catalog of await engine.catalogNames())
    if (!mayKnow(rights, { catalog })) hidden.add(foldName(catalog));
  if (which !== 'all') return hidden;
  const { schemas, objects } = await engine.lookUp(names);
  const places = [
    ...schemas.map((it) => ({ place: it, name: it.schema })),
    ...objects.map((it) => ({ place: it, name: it.name })),
  ];
  for (const { place, name } of places) if (!mayKnow(rights, place)) hidden.add(foldName(name));
  for (const { place, name } of places) if (mayKnow(rights, place)) hidden.delete(foldName(name));
  return hidden;
}

function namesOf(text: string, which: Which): string[] {
  const names = new Set<string>();
  for (const { kind, start, end } of readTokens(text)) {
    const written = text.slice(start, end);
    if (kind !== 'word' && kind !== 'quotedIdentifier' && kind !== 'string') continue;
    if (which !== 'all' && kind !== 'string' && !/^\s*\./.test(text.slice(end, end + DOT_CHARS_MAX)))
      continue;
    if (kind === 'quotedIdentifier') names.add(foldName(quotedName(written)));
    else if (kind === 'word') names.add(foldName(written));
    else if (which === 'all') for (const [part] of written.matchAll(PARTS)) names.add(foldName(part));
  }
  return [...names];
}

const DOT_CHARS_MAX = 1000;
/** What could be a name within a string, as nextval('a.b') has it. */
const PARTS = /[\p{L}_][\p{L}\p{N}_$]*/gu;

/** Characters of the private use area are letters to DuckDB, and no name here begins with one. */
const MASK_FROM = 0xe000;
const MASKS = 0x1000;

/** DuckDB writes names of functions in small letters, whatever they are called by, and of other things as they are written. */
const LOWERED = /(Scalar|Table|Aggregate) Function with name $/;

/** Each name of `hidden` becomes as many characters that nothing is called by; `unmask` puts them back. */
function mask(text: string, hidden: ReadonlySet<string>) {
  const spelled: string[] = [];
  const hide = (name: string) => {
    // What is spelled alike stays alike: it may be an alias and what refers to it.
    const known = spelled.indexOf(name);
    if (known < 0 && spelled.length >= MASKS) return name;
    const at = known < 0 ? spelled.push(name) - 1 : known;
    return String.fromCharCode(MASK_FROM + at).repeat(name.length);
  };
  let masked = '';
  for (const token of readTokens(text)) masked += maskToken(text, token, hidden, hide);
  const unmask = (message: string) =>
    message.replace(/([\uE000-\uEFFF])\1*/g, (run, letter: string, at: number) => {
      const name = spelled[letter.charCodeAt(0) - MASK_FROM];
      if (name === undefined) return run;
      const before = message.slice(0, at);
      if (LOWERED.test(before)) return name.toLowerCase();
      // DuckDB shows a piece of a long line.
      return before.endsWith('...') ? name.slice(-run.length) : name.slice(0, run.length);
    });
  return { masked, unmask };
}

function maskToken(
  text: string,
  { kind, start, end }: Token,
  hidden: ReadonlySet<string>,
  hide: (name: string) => string,
): string {
  const written = text.slice(start, end);
  switch (kind) {
    case 'word':
      return hidden.has(foldName(written)) ? hide(written) : written;
    case 'quotedIdentifier':
      return hidden.has(foldName(quotedName(written))) ? `"${hide(written.slice(1, -1))}"` : written;
    case 'string':
      return written.replace(PARTS, (part) => (hidden.has(foldName(part)) ? hide(part) : part));
    default:
      return written;
  }
}
