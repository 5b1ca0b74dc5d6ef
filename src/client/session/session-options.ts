/** Session options ⇄ the messages that carry them. Source: Flight.proto, SessionOptionValue. */
import type { MessageInitShape } from '@bufbuild/protobuf';
import { GizmoError } from '../../errors.js';
import {
  type SessionOptionValue as Message,
  type SessionOptionValueSchema,
  type SetSessionOptionsResult,
  SetSessionOptionsResult_ErrorValue,
} from '../../flight/gen/flight_pb.js';

/** Whole numbers are bigints, so that `1` and `1.0` stay apart. */
export type SessionOptionValue = string | boolean | bigint | number | readonly string[];

/** `undefined` unsets an option. */
export function encodeOption(
  value: SessionOptionValue | undefined,
): MessageInitShape<typeof SessionOptionValueSchema> {
  switch (typeof value) {
    case 'undefined':
      return {};
    case 'string':
      return { optionValue: { case: 'stringValue', value } };
    case 'boolean':
      return { optionValue: { case: 'boolValue', value } };
    case 'bigint':
      return { optionValue: { case: 'int64Value', value } };
    case 'number':
      return { optionValue: { case: 'doubleValue', value } };
    default:
      return { optionValue: { case: 'stringListValue', value: { values: [...value] } } };
  }
}

/** Undefined where the option is not set. */
export function decodeOption({ optionValue: option }: Message): SessionOptionValue | undefined {
  return option.case === 'stringListValue' ? option.value.values : option.value;
}

/** The error for what was refused; undefined where everything was set. */
export function refusalOf({ errors }: SetSessionOptionsResult): GizmoError | undefined {
  const refused = Object.entries(errors).map(
    ([name, { value }]) => `${name} (${REASONS.get(value) ?? 'refused'})`,
  );
  return refused.length === 0
    ? undefined
    : new GizmoError('INVALID_ARGUMENT', `The server did not set ${refused.join(', ')}.`);
}

const REASONS: ReadonlyMap<number, string> = new Map([
  [SetSessionOptionsResult_ErrorValue.INVALID_NAME, 'no such option'],
  [SetSessionOptionsResult_ErrorValue.INVALID_VALUE, 'not a value it takes'],
]);
