/**
 * What clients say of their session by request headers, which drivers without an option of their own can send (JDBC
 * makes a header of each URL option that it does not know): where it begins, and tags for the log.
 */
import type { Metadata } from '@grpc/grpc-js';
import { GizmoError } from '../../errors.js';
import { noteQueryTag } from '../session/query-tag.js';
import type { Session } from '../session/session.js';
import type { Services } from './services.js';

const DEFAULT_CATALOG = 'x-default-catalog';
const SESSION_TAG = 'x-session-tag';
const QUERY_TAG = 'x-query-tag';
const VALUE_CHARS_MAX = 4096;

/** The default catalog of each session that was given one, and when it is in force. */
const defaults = new WeakMap<Session, { readonly catalog: string; readonly set: Promise<void> }>();

/**
 * Applies the headers of a call to its session. A default catalog is set once: a later `use` holds, until a call names
 * another default. A tag stays until a call brings another; an empty one removes it.
 * @throws GizmoError NOT_FOUND for a catalog that is not there, INVALID_ARGUMENT for a value that is too long
 */
export async function applySessionHeaders(
  services: Services,
  session: Session,
  metadata: Metadata,
  signal: AbortSignal,
): Promise<void> {
  session.tags.session = headerText(metadata, SESSION_TAG) ?? session.tags.session;
  session.tags.query = headerText(metadata, QUERY_TAG) ?? session.tags.query;
  noteQueryTag(signal, session.tags.query);
  const catalog = headerText(metadata, DEFAULT_CATALOG);
  if (!catalog) return;
  let entry = defaults.get(session);
  if (entry?.catalog !== catalog) {
    entry = { catalog, set: useCatalog(services, session, catalog, signal) };
    defaults.set(session, entry);
  }
  try {
    await entry.set;
  } catch (error) {
    // The next call tries again.
    if (defaults.get(session) === entry) defaults.delete(session);
    throw error;
  }
}

async function useCatalog(
  services: Services,
  session: Session,
  catalog: string,
  signal: AbortSignal,
): Promise<void> {
  const changes = new Map([['catalog', catalog]]);
  const errors = await services.statements.setSessionOptions(session, signal, changes);
  if (errors.size === 0) return;
  throw new GizmoError('NOT_FOUND', `There is no catalog "${catalog}", which ${DEFAULT_CATALOG} names.`);
}

function headerText(metadata: Metadata, name: string): string | undefined {
  const [value] = metadata.get(name);
  if (value === undefined) return undefined;
  const text = String(value);
  if (text.length <= VALUE_CHARS_MAX) return text;
  throw new GizmoError('INVALID_ARGUMENT', `The header ${name} exceeds ${VALUE_CHARS_MAX} characters.`);
}
