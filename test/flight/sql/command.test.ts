import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { AnySchema } from '@bufbuild/protobuf/wkt';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GizmoError } from '../../../src/errors.js';
import { CommandStatementQuerySchema, file_flight_sql } from '../../../src/flight/gen/flight_sql_pb.js';
import { packAny, unpackAny } from '../../../src/flight/sql/any.js';
import { decodeCommand, encodeCommand } from '../../../src/flight/sql/command.js';

const query = (text: string) => encodeCommand({ type: 'CommandStatementQuery', message: { query: text } });

function failureOf(run: () => unknown): GizmoError {
  try {
    run();
  } catch (error) {
    if (error instanceof GizmoError) return error;
    throw error;
  }
  return expect.unreachable('should have failed');
}

describe('a Flight SQL command', () => {
  it('decodes to what was encoded', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme' }),
        fc.option(fc.uint8Array(), { nil: undefined }),
        (text, id) => {
          const command = decodeCommand(
            encodeCommand({
              type: 'CommandStatementUpdate',
              message: { query: text, ...(id === undefined ? {} : { transactionId: id }) },
            }),
          );
          if (command.type !== 'CommandStatementUpdate') return expect.unreachable();
          expect(command.message.query).toBe(text);
          expect(command.message.transactionId === undefined).toBe(id === undefined);
          expect(Buffer.from(command.message.transactionId ?? [])).toEqual(Buffer.from(id ?? []));
        },
      ),
    );
  });

  it('tells an absent filter from an empty one', () => {
    const { message } = decodeCommand(encodeCommand({ type: 'CommandGetTables', message: { catalog: '' } }));
    expect(message).toMatchObject({ catalog: '', tableTypes: [], includeSchema: false });
    expect(message).not.toHaveProperty('dbSchemaFilterPattern');
  });

  it('knows every command and ticket of the wire definition', () => {
    const names = file_flight_sql.messages
      .map(({ name }) => name)
      .filter((name) => /^(Command|Ticket)/.test(name));
    expect(names.length).toBe(17);
    for (const name of names) {
      const bytes = toBinary(
        AnySchema,
        create(AnySchema, { typeUrl: `x/arrow.flight.protocol.sql.${name}` }),
      );
      expect(decodeCommand(bytes).type).toBe(name);
    }
  });

  it('is read whatever stands before the last slash of its type URL', () => {
    for (const prefix of ['', '/', 'type.googleapis.com/', 'https://example.org/a/']) {
      const typeUrl = `${prefix}arrow.flight.protocol.sql.CommandGetCatalogs`;
      expect(decodeCommand(toBinary(AnySchema, create(AnySchema, { typeUrl }))).type).toBe(
        'CommandGetCatalogs',
      );
    }
  });

  it.each([
    ['no bytes', Buffer.alloc(0), /name no command/],
    ['SQL text', Buffer.from('select 1'), /malformed/],
    ['a type of another package', packAny(AnySchema, {}), /google.protobuf.Any is unknown/],
    [
      'a name of every object',
      toBinary(AnySchema, create(AnySchema, { typeUrl: 'x/arrow.flight.protocol.sql.constructor' })),
      /unknown/,
    ],
    [
      'a command with a broken body',
      toBinary(
        AnySchema,
        create(AnySchema, {
          typeUrl: 'x/arrow.flight.protocol.sql.CommandStatementQuery',
          value: Buffer.from([0x0a, 9]),
        }),
      ),
      /CommandStatementQuery message is malformed/,
    ],
  ])('is INVALID_ARGUMENT for %s', (_, bytes, message) => {
    const error = failureOf(() => decodeCommand(bytes));
    expect(error.code).toBe('INVALID_ARGUMENT');
    expect(error.message).toMatch(message);
  });

  it('answers any bytes, and any change to good bytes, with a command or INVALID_ARGUMENT', () => {
    const check = (bytes: Uint8Array) => {
      try {
        decodeCommand(bytes);
      } catch (error) {
        expect(error).toMatchObject({ name: 'GizmoError', code: 'INVALID_ARGUMENT' });
      }
    };
    fc.assert(fc.property(fc.uint8Array({ maxLength: 80 }), check));
    const good = query('select 42');
    fc.assert(
      fc.property(fc.nat(good.length - 1), fc.nat(255), fc.nat(good.length), (at, byte, length) => {
        const changed = Uint8Array.from(good);
        changed[at] = byte;
        check(changed.subarray(0, length));
      }),
      { numRuns: 1000 },
    );
  });
});

describe('an Any', () => {
  it('is byte for byte what the generated encoder writes', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const message = create(CommandStatementQuerySchema, { query: text });
        const theirs = toBinary(
          AnySchema,
          create(AnySchema, {
            typeUrl: 'type.googleapis.com/arrow.flight.protocol.sql.CommandStatementQuery',
            value: toBinary(CommandStatementQuerySchema, message),
          }),
        );
        expect(Buffer.from(packAny(CommandStatementQuerySchema, message))).toEqual(Buffer.from(theirs));
      }),
    );
  });

  it('gives type and value back', () => {
    const { typeName, value } = unpackAny(query('x'));
    expect(typeName).toBe('arrow.flight.protocol.sql.CommandStatementQuery');
    expect(fromBinary(CommandStatementQuerySchema, value).query).toBe('x');
  });
});
