import { fromBinary } from '@bufbuild/protobuf';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  CancelStatus,
  CloseSessionResult_Status,
  CloseSessionResultSchema,
} from '../../../src/flight/gen/flight_pb.js';
import { ACTIONS, isActionName } from '../../../src/flight/sql/action.js';
import { unpackAny } from '../../../src/flight/sql/any.js';
import {
  decodePreparedStatementResult,
  decodeUpdateResult,
  encodePreparedStatementResult,
  encodeUpdateResult,
} from '../../../src/flight/sql/put-result.js';

describe('an action', () => {
  it('of Flight SQL wraps request and result', () => {
    const { CreatePreparedStatement } = ACTIONS;
    const request = CreatePreparedStatement.encodeRequest({ query: 'select ?' });
    expect(unpackAny(request).typeName).toBe(
      'arrow.flight.protocol.sql.ActionCreatePreparedStatementRequest',
    );
    expect(CreatePreparedStatement.decodeRequest(request).query).toBe('select ?');
    const result = CreatePreparedStatement.encodeResult({
      preparedStatementHandle: Buffer.from('h'),
      isUpdate: false,
    });
    expect(unpackAny(result).typeName).toBe('arrow.flight.protocol.sql.ActionCreatePreparedStatementResult');
    expect(CreatePreparedStatement.decodeResult(result)).toMatchObject({ isUpdate: false });
  });

  it('of Flight itself wraps neither', () => {
    const result = ACTIONS.CloseSession.encodeResult({ status: CloseSessionResult_Status.CLOSED });
    expect(fromBinary(CloseSessionResultSchema, result).status).toBe(CloseSessionResult_Status.CLOSED);
    expect(ACTIONS.CloseSession.decodeRequest(new Uint8Array(0))).toBeDefined();
    const cancelled = ACTIONS.CancelFlightInfo.encodeResult({ status: CancelStatus.CANCELLED });
    expect(Buffer.from(cancelled)).toEqual(Buffer.from([8, 1]));
  });

  it('that closes or ends something has no result', () => {
    for (const name of ['ClosePreparedStatement', 'EndTransaction', 'EndSavepoint'] as const) {
      expect(ACTIONS[name]).not.toHaveProperty('encodeResult');
    }
  });

  it('keeps the member of a session option, and its absence', () => {
    const options = ACTIONS.SetSessionOptions.decodeRequest(
      ACTIONS.SetSessionOptions.encodeRequest({
        sessionOptions: {
          long: { optionValue: { case: 'int64Value', value: -123n } },
          list: { optionValue: { case: 'stringListValue', value: { values: ['a', ' '] } } },
          unset: {},
        },
      }),
    ).sessionOptions;
    expect(options.long?.optionValue).toEqual({ case: 'int64Value', value: -123n });
    expect(options.list?.optionValue.value).toMatchObject({ values: ['a', ' '] });
    expect(options.unset?.optionValue.case).toBeUndefined();
  });

  it('is known by its exact name only', () => {
    expect(isActionName('BeginTransaction')).toBe(true);
    expect(isActionName('begintransaction')).toBe(false);
    expect(isActionName('toString')).toBe(false);
  });

  it('refuses a body of another type', () => {
    const other = ACTIONS.BeginTransaction.encodeRequest({});
    expect(() => ACTIONS.EndTransaction.decodeRequest(other)).toThrow(/ActionEndTransactionRequest packed/);
    expect(() => ACTIONS.CancelQuery.decodeRequest(Buffer.from('garbage'))).toThrow(/malformed/);
  });

  it('answers any body with a message or INVALID_ARGUMENT', () => {
    fc.assert(
      fc.property(fc.constantFrom(...Object.values(ACTIONS)), fc.uint8Array(), (action, body) => {
        try {
          action.decodeRequest(body);
        } catch (error) {
          expect(error).toMatchObject({ name: 'GizmoError', code: 'INVALID_ARGUMENT' });
        }
      }),
    );
  });
});

describe('the result of a DoPut', () => {
  it('writes a count of zero out', () => {
    expect(Buffer.from(encodeUpdateResult(0))).toEqual(Buffer.from([8, 0]));
  });

  it('gives the count back', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 63n - 1n }), (count) => {
        expect(decodeUpdateResult(encodeUpdateResult(count))).toBe(count);
      }),
    );
  });

  it('reads nothing as zero and a negative count as unknown', () => {
    expect(decodeUpdateResult(new Uint8Array(0))).toBe(0n);
    expect(decodeUpdateResult(encodeUpdateResult(-1))).toBeUndefined();
  });

  it('carries a handle, or none', () => {
    const handle = Buffer.from('handle');
    expect(Buffer.from(decodePreparedStatementResult(encodePreparedStatementResult(handle)) ?? [])).toEqual(
      handle,
    );
    expect(decodePreparedStatementResult(new Uint8Array(0))).toBeUndefined();
  });
});
