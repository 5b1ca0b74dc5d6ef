import { Metadata } from '@grpc/grpc-js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ERROR_CODES, GizmoError } from '../../src/errors.js';
import { fromStatus, toStatus } from '../../src/flight/status.js';

describe('a gRPC status', () => {
  it('carries every code, message and position there and back', () => {
    for (const code of ERROR_CODES) {
      const status = toStatus(new GizmoError(code, 'What to do.', { position: 12, detail: 'secret' }));
      expect(fromStatus(status)).toMatchObject({ code, message: 'What to do.', position: 12 });
      expect(JSON.stringify([status.details, status.metadata.toJSON()])).not.toContain('secret');
    }
  });

  it.each([
    [0, 'INTERNAL'],
    [1, 'CANCELLED'],
    [2, 'INTERNAL'],
    [3, 'INVALID_ARGUMENT'],
    [4, 'DEADLINE_EXCEEDED'],
    [5, 'NOT_FOUND'],
    [6, 'ALREADY_EXISTS'],
    [7, 'PERMISSION_DENIED'],
    [8, 'RESOURCE_EXHAUSTED'],
    [9, 'FAILED_PRECONDITION'],
    [10, 'ABORTED'],
    [11, 'OUT_OF_RANGE'],
    [12, 'UNIMPLEMENTED'],
    [13, 'INTERNAL'],
    [14, 'UNAVAILABLE'],
    [15, 'DATA_LOSS'],
    [16, 'UNAUTHENTICATED'],
    [99, 'INTERNAL'],
  ])('%d of any server is %s', (code, expected) => {
    expect(fromStatus({ code, details: 'x', metadata: new Metadata() }).code).toBe(expected);
  });

  it('is not believed where its trailers contradict it', () => {
    const metadata = new Metadata();
    metadata.set('gizmo-error-code', 'NOT_FOUND');
    metadata.set('gizmo-error-position', '-1');
    const error = fromStatus({ code: 16, details: 'x', metadata });
    expect(error).toMatchObject({ code: 'UNAUTHENTICATED', position: undefined });
  });

  it('loses the prefix that grpc-js puts before a message', () => {
    const error = Object.assign(new Error('3 INVALID_ARGUMENT: Parser Error: near "x"'), { code: 3 });
    expect(fromStatus(error).message).toBe('Parser Error: near "x"');
  });

  it('has a sentence even where the server gave none', () => {
    expect(fromStatus({ code: 14, details: '' }).message).toBe(
      'The server answered UNAVAILABLE without giving a reason.',
    );
  });

  it('keeps a GizmoError as it is and hides a defect', () => {
    const error = new GizmoError('ABORTED', 'x');
    expect(fromStatus(error)).toBe(error);
    expect(fromStatus(new TypeError('inside'))).toMatchObject({
      code: 'INTERNAL',
      detail: expect.stringContaining('inside'),
    });
    expect(toStatus(undefined)).toMatchObject({ code: 13 });
  });

  it('has details of at most 2 KiB that grpc-js can encode, whatever the text', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 3000, size: 'max' }),
      fc
        .array(fc.constantFrom('a', 'é', '漢', '😀', '\ud800', '\udc00', '\n', '%', '\0'), {
          maxLength: 3000,
          size: 'max',
        })
        .map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(text, (message) => {
        const { details } = toStatus(new GizmoError('INTERNAL', message));
        expect(Buffer.byteLength(details)).toBeLessThanOrEqual(2048);
        expect(decodeURI(encodeURI(details))).toBe(details);
        const wellFormed = Buffer.from(message).toString();
        if (Buffer.byteLength(wellFormed) <= 2048) expect(details).toBe(wellFormed);
        else expect(wellFormed.startsWith(details.slice(0, -1))).toBe(true);
      }),
    );
  });
});
