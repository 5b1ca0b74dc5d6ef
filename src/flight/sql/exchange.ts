/**
 * A conversation of statements over one DoExchange, which costs a fraction of a call for each. Gizmo's own: a server
 * offers it by the header {@link EXCHANGE_HEADER} of its Handshake's answer.
 *
 * The client sends a message whose descriptor is one of the commands {@link isExchangeable} names. Values for one row of
 * parameters follow: their schema in that same message, the record batch in the next. The server answers a query as
 * DoGet does, and every command with one message more that has application metadata only: how it went
 * ({@link StatementEnd}). Then the client may send the next. What is small goes in one message, on both sides: see
 * packFlightData. To stop a statement the client cancels the call. A server that ends the call with status OK has not
 * begun what it has not answered.
 */
import { ERROR_CODES, type ErrorCode, GizmoError } from '../../errors.js';
import type { FlightDataMessage } from '../flight-data.js';
import { detailsOf } from '../status.js';
import type { SqlCommand } from './command.js';

/** In the headers of a Handshake's answer; its value is {@link EXCHANGE_VERSION}, and any other says nothing. */
export const EXCHANGE_HEADER = 'gizmo-exchange';
/** In the first, no message held others. */
export const EXCHANGE_VERSION = '2';

/** How a statement went that did not fail. */
export interface StatementEnd {
  /** Rows that an update has changed. */
  readonly changes?: number;
}

const EXCHANGEABLE = [
  'CommandStatementQuery',
  'CommandStatementUpdate',
  'CommandPreparedStatementQuery',
  'CommandPreparedStatementUpdate',
] as const;

/** A command that can be sent in a conversation. */
export type ExchangeableCommand = Extract<SqlCommand, { readonly type: (typeof EXCHANGEABLE)[number] }>;

/** Whether a conversation takes this command. */
export function isExchangeable(command: SqlCommand): command is ExchangeableCommand {
  return EXCHANGEABLE.some((type) => type === command.type);
}

/** The application metadata of the last message of an answer. */
export function encodeStatementEnd(end: StatementEnd): Uint8Array {
  return end.changes === undefined ? PLAIN_END : Buffer.from(JSON.stringify(end));
}

/** The same for a statement that failed, with no more of its error than a status tells. */
export function encodeStatementFailure(error: GizmoError): Uint8Array {
  const { code, position } = error;
  return Buffer.from(JSON.stringify({ code, message: detailsOf(error), position }));
}

/** Whether the message is the last one of an answer. */
export function endsStatement({ header, appMetadata }: FlightDataMessage): boolean {
  return header.length === 0 && appMetadata.length > 0;
}

/**
 * How the statement went.
 * @throws GizmoError how it failed; INTERNAL where the server says what nobody understands
 */
export function decodeStatementEnd({ appMetadata }: FlightDataMessage): StatementEnd {
  if (Buffer.from(PLAIN_END.buffer).equals(appMetadata)) return {};
  const { code, message, position, changes } = parseObject(appMetadata);
  if (code === undefined) return typeof changes === 'number' ? { changes } : {};
  throw new GizmoError(
    isErrorCode(code) ? code : 'INTERNAL',
    typeof message === 'string' && message !== '' ? message : 'The server gave no reason.',
    typeof position === 'number' ? { position } : {},
  );
}

const PLAIN_END = new Uint8Array(Buffer.from('{}'));

function isErrorCode(value: unknown): value is ErrorCode {
  return ERROR_CODES.some((code) => code === value);
}

function parseObject(bytes: Uint8Array): {
  readonly code?: unknown;
  readonly message?: unknown;
  readonly position?: unknown;
  readonly changes?: unknown;
} {
  try {
    const value: unknown = JSON.parse(Buffer.from(bytes).toString());
    if (typeof value === 'object' && value !== null) return value;
  } catch {
    // Said below.
  }
  throw new GizmoError('INTERNAL', 'The server ended the statement with something that is no answer.');
}
