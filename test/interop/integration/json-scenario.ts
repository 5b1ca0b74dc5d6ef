/**
 * The scenario without a name: the batches of a JSON file are put under the file's path, each acknowledged by its number,
 * and got back. Source: dev/archery, and the default tester of arrow-go's flight_integration. The files in data/ are
 * what arrow-json-integration-test of arrow-go wrote of batches that pyarrow made.
 */
import { existsSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { create } from '@bufbuild/protobuf';
import { GizmoError } from '../../../src/errors.js';
import {
  encodeFlightData,
  type FlightDataMessage,
  type FlightFrame,
} from '../../../src/flight/flight-data.js';
import {
  type FlightDescriptor,
  FlightDescriptor_DescriptorType,
  FlightDescriptorSchema,
  type PutResult,
  PutResultSchema,
} from '../../../src/flight/gen/flight_pb.js';
import type { Column, RecordBatch } from '../../../src/flight/ipc/column.js';
import { MESSAGE_KIND, openMessage } from '../../../src/flight/ipc/message.js';
import { BatchReader } from '../../../src/flight/ipc/reader.js';
import { decodeEncapsulatedSchema } from '../../../src/flight/ipc/schema.js';
import type { ArrowField, ArrowSchema, IpcMessage } from '../../../src/flight/ipc/types.js';
import { readValue } from '../../../src/flight/ipc/value.js';
import { flightService } from '../../../src/flight/service.js';
import { toStatus } from '../../../src/flight/status.js';
import { readMessages } from '../../../src/flight/stream.js';
import { collect, connectRaw, type RawClient } from '../../support/raw-client.js';
import { type JsonFile, readJsonFile } from './json-file.js';
import { answer, answerAll, bytes, check, flightInfo, type Scenario, text } from './scenario.js';

/**
 * `path`: the file that the client puts. A server reads the file that it is sent the path of and compares what came with
 * it, where archery lets the client judge alone: arrow-go's client drops what its comparison says.
 */
export function jsonScenario(path = ''): Scenario {
  return {
    serve(port) {
      const flights = new Map<string, FlightDataMessage[]>();
      const flightOf = (name: string): FlightDataMessage[] => {
        const flight = flights.get(name);
        if (flight === undefined) throw new GizmoError('NOT_FOUND', `no flight: ${name}`);
        return flight;
      };
      return {
        getFlightInfo: answer((descriptor) => {
          const name = descriptor.path[0] ?? '';
          const { schema, batches } = decode(flightOf(name));
          const location = [{ uri: `grpc+tcp://127.0.0.1:${port()}` }];
          const rows = batches.reduce((sum, { length }) => sum + length, 0);
          return flightInfo(schema, descriptor, [{ ticket: { ticket: bytes(name) }, location }], {
            totalRecords: BigInt(rows),
          });
        }),
        doGet: answerAll(({ ticket }) => {
          let number = 0;
          return flightOf(text(ticket)).map((message) =>
            encodeFlightData({
              message,
              ...(isBatch(message) && { appMetadata: bytes(String(number++)) }),
            }),
          );
        }),
        doPut: (call) => {
          const store = async () => {
            const messages: FlightDataMessage[] = [];
            for await (const message of readMessages(call)) {
              messages.push(message);
              // arrow-go numbers the dictionaries before a batch as it does the batch; only that is acknowledged.
              if (isBatch(message)) call.write(create(PutResultSchema, { appMetadata: message.appMetadata }));
            }
            const [name] = messages[0]?.descriptor?.path ?? [];
            check(name !== undefined, 'a path is needed');
            if (existsSync(name)) checkSame(messages, fileMessages(readJsonFile(name)));
            flights.set(name, messages);
          };
          store().then(
            () => call.end(),
            (error: unknown) => call.emit('error', toStatus(error)),
          );
        },
      };
    },
    async run(client) {
      const file = readJsonFile(path);
      await put(client, path, file);
      const info = await client.infoOf(pathDescriptor(path));
      check(
        isDeepStrictEqual(withoutIds(decodeEncapsulatedSchema(info.schema)), withoutIds(file.schema)),
        'the schema of the file',
      );
      check(info.totalRecords === BigInt(file.rows), `${file.rows} rows, not ${info.totalRecords}`);
      check(info.endpoint.length > 0, 'there is an endpoint');
      for (const { ticket, location } of info.endpoint) {
        check(location.length > 0, 'an endpoint says where it is');
        for (const { uri } of location) {
          const there = connectRaw(Number(new URL(uri).port));
          const messages = await collect<FlightDataMessage>(there.openGet(ticket?.ticket ?? bytes('')));
          there.close();
          checkSame(messages, fileMessages(file));
          const numbers = messages.filter(isBatch).map(({ appMetadata }) => text(appMetadata));
          check(
            numbers.join() === [...file.batches.keys()].join(),
            `the numbers of the batches, not ${numbers}`,
          );
        }
      }
    },
  };
}

/** DoPut, one batch after the other: the next is sent when the last one's number has come back. */
async function put(client: RawClient, path: string, { start, batches }: JsonFile): Promise<void> {
  const { path: method, requestSerialize, responseDeserialize } = flightService.doPut;
  const call = client.client.makeBidiStreamRequest<FlightFrame, PutResult>(
    method,
    requestSerialize,
    responseDeserialize,
  );
  const acknowledged = call[Symbol.asyncIterator]();
  for (const [i, message] of start.entries())
    call.write(encodeFlightData({ message, ...(i === 0 && { descriptor: pathDescriptor(path) }) }));
  for (const [i, message] of batches.entries()) {
    call.write(encodeFlightData({ message, appMetadata: bytes(String(i)) }));
    const { value } = await acknowledged.next();
    check(text(value?.appMetadata ?? bytes('')) === String(i), `batch ${i} is acknowledged by its number`);
  }
  call.end();
  check((await acknowledged.next()).done === true, 'and then the call ends');
}

const pathDescriptor = (path: string): FlightDescriptor =>
  create(FlightDescriptorSchema, { type: FlightDescriptor_DescriptorType.PATH, path: [path] });

const fileMessages = ({ start, batches }: JsonFile): IpcMessage[] => [...start, ...batches];

const isBatch = ({ header }: IpcMessage): boolean => openMessage(header).kind === MESSAGE_KIND.recordBatch;

/** That two streams have one schema and batch for batch the same values. */
function checkSame(received: readonly IpcMessage[], expected: readonly IpcMessage[]): void {
  const [theirs, ours] = [decode(received), decode(expected)];
  check(isDeepStrictEqual(withoutIds(theirs.schema), withoutIds(ours.schema)), 'the schema of the file');
  check(theirs.batches.length === ours.batches.length, `${ours.batches.length} batches`);
  for (const [i, batch] of ours.batches.entries())
    for (const [j, column] of batch.columns.entries())
      check(
        isDeepStrictEqual(valuesOf(theirs.batches[i]!.columns[j]!), valuesOf(column)),
        `the values of ${column.field.name} in batch ${i}`,
      );
}

function decode(messages: readonly IpcMessage[]): { schema: ArrowSchema; batches: readonly RecordBatch[] } {
  const reader = new BatchReader();
  const batches = messages.flatMap((message) => reader.push(message) ?? []);
  check(reader.schema !== undefined, 'a stream starts with its schema');
  return { schema: reader.schema, batches };
}

const valuesOf = (column: Column): unknown[] =>
  Array.from({ length: column.length }, (_, row) => readValue(column, row));

/** Ids of dictionaries are each writer's own. */
function withoutIds({ fields, metadata }: ArrowSchema): ArrowSchema {
  const strip = (field: ArrowField): ArrowField => ({
    ...field,
    children: field.children.map(strip),
    ...(field.dictionary && { dictionary: { ...field.dictionary, id: 0n } }),
  });
  return { fields: fields.map(strip), ...(metadata && { metadata }) };
}
