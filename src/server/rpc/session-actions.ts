/** The actions on a session as a whole: its options, and its end. */
import { create } from '@bufbuild/protobuf';
import {
  CloseSessionResult_Status,
  type SessionOptionValue,
  SessionOptionValueSchema,
  SetSessionOptionsResult_ErrorSchema,
  SetSessionOptionsResult_ErrorValue,
} from '../../flight/gen/flight_pb.js';
import { ACTIONS } from '../../flight/sql/action.js';
import type { SessionOptionError } from '../statement/session-options.js';
import type { Call } from './call.js';
import type { Services } from './services.js';

/** Sets what can be set; the answer names what could not, and why. */
export async function setSessionOptions(
  services: Services,
  body: Uint8Array,
  call: Call,
): Promise<Uint8Array> {
  const { sessionOptions } = ACTIONS.SetSessionOptions.decodeRequest(body);
  const changes = new Map<string, string | undefined>();
  const errors: Record<string, SessionOptionError> = {};
  for (const [name, option] of Object.entries(sessionOptions)) {
    const value = textOf(option);
    // Only lists have no text.
    if (value === null) errors[name] = 'invalid-value';
    else changes.set(name, value);
  }
  const session = await call.session();
  const failed = await services.statements.setSessionOptions(session, call.signal, changes);
  const all = Object.entries({ ...errors, ...Object.fromEntries(failed) });
  return ACTIONS.SetSessionOptions.encodeResult({
    errors: Object.fromEntries(
      all.map(([name, error]) => [
        name,
        create(SetSessionOptionsResult_ErrorSchema, { value: ERROR_VALUES[error] }),
      ]),
    ),
  });
}

/** Every option, as text. */
export async function getSessionOptions(
  services: Services,
  body: Uint8Array,
  call: Call,
): Promise<Uint8Array> {
  ACTIONS.GetSessionOptions.decodeRequest(body);
  const session = await call.session();
  const options = await services.statements.readSessionOptions(session, call.signal);
  return ACTIONS.GetSessionOptions.encodeResult({
    sessionOptions: Object.fromEntries(
      [...options].map(([name, value]) => [
        name,
        create(SessionOptionValueSchema, { optionValue: { case: 'stringValue', value } }),
      ]),
    ),
  });
}

/** Always succeeds: clients send it on their way out and can do nothing about a refusal. */
export async function closeSession(_: Services, _body: Uint8Array, call: Call): Promise<Uint8Array> {
  await call.caller.closeSession();
  return ACTIONS.CloseSession.encodeResult({ status: CloseSessionResult_Status.CLOSED });
}

const ERROR_VALUES: Readonly<Record<SessionOptionError, SetSessionOptionsResult_ErrorValue>> = {
  'invalid-name': SetSessionOptionsResult_ErrorValue.INVALID_NAME,
  'invalid-value': SetSessionOptionsResult_ErrorValue.INVALID_VALUE,
};

/** Undefined for an option to be unset, null for what has no text. */
function textOf({ optionValue }: SessionOptionValue): string | undefined | null {
  switch (optionValue.case) {
    case undefined:
      return undefined;
    case 'stringListValue':
      return null;
    default:
      return String(optionValue.value);
  }
}
