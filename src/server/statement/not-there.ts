/** The error of something that may not be known of, where it cannot be had from the engine. */
import { GizmoError, toGizmoError } from '../../errors.js';
import { readTokens } from '../../sql/lexer.js';
import { nameValue } from '../../sql/string-value.js';
import type { Denial } from '../access/decide.js';
import { foldName } from '../model/fold-name.js';
import type { SettingChange } from '../model/plan-facts.js';

/** What is hidden, behind something that the text names. */
export const BEHIND =
  'Catalog Error: The statement reads something through a view or macro that does not exist, or not for you.';

type Hidden = Extract<Denial, { readonly by: 'hidden' }>;

/** In DuckDB's words for what does not exist. What the text does not name itself is not named to its author. */
export function notThere({ place, setting }: Hidden, text: string): GizmoError {
  if (setting !== undefined) return noSuchPlace(setting, place.catalog);
  const { catalog, schema, name } = place;
  const spelled = spelledIn(text, name ?? schema ?? catalog);
  if (spelled === undefined) return behind();
  if (name !== undefined)
    return new GizmoError('NOT_FOUND', `Catalog Error: Table with name ${spelled} does not exist!`);
  if (schema !== undefined)
    return new GizmoError('NOT_FOUND', `Catalog Error: Schema with name ${spelled} does not exist!`);
  return new GizmoError('INVALID_ARGUMENT', `Binder Error: Catalog "${spelled}" does not exist!`);
}

/** @param cause what is not to be told, and is for the log */
export function behind(cause?: unknown): GizmoError {
  if (cause === undefined) return new GizmoError('NOT_FOUND', BEHIND);
  const { message, detail = message } = toGizmoError(cause);
  return new GizmoError('NOT_FOUND', BEHIND, { detail, cause });
}

function noSuchPlace({ name, value = '' }: SettingChange, catalog: string): GizmoError {
  const entries = value.split(',').map((entry) => entry.trim());
  const entry = entries.find((it) => foldName(it).includes(foldName(catalog))) ?? value;
  return new GizmoError(
    'INVALID_ARGUMENT',
    `Catalog Error: SET ${name}: No catalog + schema named "${entry.replaceAll('"', '')}" found.`,
  );
}

/** How a text spells a name; undefined where it does not name it. */
export function spelledIn(text: string, name: string): string | undefined {
  for (const { kind, start, end } of readTokens(text)) {
    const written = text.slice(start, end);
    const spelled = kind === 'word' ? written : kind === 'quotedIdentifier' ? nameValue(written) : undefined;
    if (spelled !== undefined && foldName(spelled) === foldName(name)) return spelled;
  }
  return undefined;
}
