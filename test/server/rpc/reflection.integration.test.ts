import { create, fromBinary } from '@bufbuild/protobuf';
import { FileDescriptorProtoSchema } from '@bufbuild/protobuf/wkt';
import { status } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type ServerReflectionRequest,
  ServerReflectionRequestSchema,
  type ServerReflectionResponse,
} from '../../../src/flight/gen/reflection_pb.js';
import { reflectionServices } from '../../../src/flight/reflection-service.js';
import type { RunningServer } from '../../../src/server/running-server.js';
import { collect, connectRaw, logIn, type RawClient } from '../../support/raw-client.js';
import { startTestServer } from '../../support/start-test-server.js';

let server: RunningServer;
let client: RawClient;
beforeAll(async () => {
  server = await startTestServer();
  client = await logIn(server.address.port);
});
afterAll(async () => {
  client.close();
  await server.stop();
});

type Question = ServerReflectionRequest['messageRequest'];

async function ask(
  questions: readonly Question[],
  version: keyof typeof reflectionServices = 'v1',
  from = client,
): Promise<ServerReflectionResponse['messageResponse'][]> {
  const { path, requestSerialize, responseDeserialize } = reflectionServices[version].serverReflectionInfo;
  const call = from.client.makeBidiStreamRequest<ServerReflectionRequest, ServerReflectionResponse>(
    path,
    requestSerialize,
    responseDeserialize,
    from.metadata(),
  );
  for (const messageRequest of questions)
    call.write(create(ServerReflectionRequestSchema, { messageRequest }));
  call.end();
  const answers = await collect<ServerReflectionResponse>(call);
  return answers.map(({ messageResponse }) => messageResponse);
}

const filesOf = (answer: ServerReflectionResponse['messageResponse'] | undefined) =>
  answer?.case === 'fileDescriptorResponse'
    ? answer.value.fileDescriptorProto.map((bytes) => fromBinary(FileDescriptorProtoSchema, bytes))
    : expect.unreachable();

describe('server reflection', () => {
  it.each(['v1', 'v1alpha'] as const)('lists the services (%s)', async (version) => {
    const [answer] = await ask([{ case: 'listServices', value: '' }], version);
    if (answer?.case !== 'listServicesResponse') return expect.unreachable();
    expect(answer.value.service.map(({ name }) => name)).toEqual([
      'arrow.flight.protocol.FlightService',
      'grpc.health.v1.Health',
      'grpc.reflection.v1.ServerReflection',
    ]);
  });

  it('describes a service, a method, and a message of Flight SQL, each with what its file imports', async () => {
    const symbols = [
      'arrow.flight.protocol.FlightService',
      'arrow.flight.protocol.FlightService.DoGet',
      'arrow.flight.protocol.sql.CommandStatementQuery',
    ];
    const answers = await ask(symbols.map((value) => ({ case: 'fileContainingSymbol', value })));
    expect(answers.map((answer) => filesOf(answer).map(({ name }) => name))).toEqual([
      ['flight.proto', 'google/protobuf/timestamp.proto'],
      ['flight.proto', 'google/protobuf/timestamp.proto'],
      ['flight_sql.proto'],
    ]);
    const [flight] = filesOf(answers[0]);
    expect(flight?.service[0]?.method.map(({ name }) => name)).toContain('DoExchange');
  });

  it('finds files by name, and says what is not there without ending the talk', async () => {
    const answers = await ask([
      { case: 'fileByFilename', value: 'passwords.txt' },
      { case: 'fileContainingSymbol', value: 'no.such.Thing' },
      { case: 'allExtensionNumbersOfType', value: 'x' },
      { case: undefined },
      { case: 'fileByFilename', value: 'health.proto' },
    ]);
    expect(
      answers.map((answer) => (answer.case === 'errorResponse' ? answer.value.errorCode : answer.case)),
    ).toEqual([
      status.NOT_FOUND,
      status.NOT_FOUND,
      status.NOT_FOUND,
      status.UNIMPLEMENTED,
      'fileDescriptorResponse',
    ]);
  });

  it('answers strangers a thousand questions, and not one more', async () => {
    const stranger = connectRaw(server.address.port);
    const questions = (count: number) =>
      Array.from({ length: count }, () => ({ case: 'fileByFilename' as const, value: 'x' }));
    expect(await ask(questions(1000), 'v1', stranger)).toHaveLength(1000);
    await expect(ask(questions(1001), 'v1', stranger)).rejects.toMatchObject({
      code: status.RESOURCE_EXHAUSTED,
    });
    stranger.close();
  });

  it('opens no other door to strangers', async () => {
    const stranger = connectRaw(server.address.port);
    await expect(stranger.query('select 1')).rejects.toMatchObject({ code: status.UNAUTHENTICATED });
    const huge = [{ case: 'fileByFilename' as const, value: 'x'.repeat(100_000) }];
    await expect(ask(huge, 'v1', stranger)).rejects.toMatchObject({ code: status.RESOURCE_EXHAUSTED });
    stranger.close();
  });
});
