import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ERROR_CODES, GizmoError } from '../../../src/errors.js';
import { decodeFlightData, encodeFlightData } from '../../../src/flight/flight-data.js';
import {
  decodeStatementEnd,
  encodeStatementEnd,
  encodeStatementFailure,
  endsStatement,
} from '../../../src/flight/sql/exchange.js';

const sent = (appMetadata: Uint8Array) => decodeFlightData(encodeFlightData({ appMetadata }).toBuffer());

describe('the end of a statement in an exchange', () => {
  it('says how many rows were changed, where it is an update', () => {
    fc.assert(
      fc.property(fc.option(fc.nat(), { nil: undefined }), (changes) => {
        const end = changes === undefined ? {} : { changes };
        const message = sent(encodeStatementEnd(end));
        expect(endsStatement(message)).toBe(true);
        expect(decodeStatementEnd(message)).toEqual(end);
      }),
    );
  });

  it('is the error of one that failed: its code, words and place, and nothing of its detail', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...ERROR_CODES),
        fc.string({ minLength: 1, maxLength: 200 }),
        fc.option(fc.nat(), { nil: undefined }),
        (code, message, position) => {
          const error = new GizmoError(code, message, {
            detail: 'for the log',
            ...(position !== undefined && { position }),
          });
          const end = sent(encodeStatementFailure(error));
          expect(Buffer.from(end.appMetadata).includes('for the log')).toBe(false);
          expect(() => decodeStatementEnd(end)).toThrow(expect.objectContaining({ code, message, position }));
        },
      ),
    );
  });

  it('is not taken for one where a message has a header, or nothing at all', () => {
    const header = Buffer.from('header');
    const message = { header, body: new Uint8Array(0) };
    const data = encodeFlightData({ message, appMetadata: encodeStatementEnd({}) }).toBuffer();
    expect(endsStatement(decodeFlightData(data))).toBe(false);
    expect(endsStatement(sent(new Uint8Array(0)))).toBe(false);
  });

  it('of a server that answers anything else is an error', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 50 }), (bytes) => {
        try {
          const { changes } = decodeStatementEnd(sent(bytes));
          expect(['number', 'undefined']).toContain(typeof changes);
        } catch (error) {
          expect(error).toBeInstanceOf(GizmoError);
        }
      }),
    );
    expect(() => decodeStatementEnd(sent(Buffer.from('{"code":"NO_SUCH"}')))).toThrow(
      expect.objectContaining({ code: 'INTERNAL' }),
    );
  });
});
