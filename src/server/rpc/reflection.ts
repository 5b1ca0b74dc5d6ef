/**
 * Server reflection, by which grpcurl lists and describes what can be called. It asks for a login like every other
 * call: grpcurl sends its `-H` headers here too, so that nobody who can call anything is kept out, and the part of
 * the server that strangers reach stays as small as it can be.
 */
import { create, createRegistry, type DescFile, toBinary } from '@bufbuild/protobuf';
import { FileDescriptorProtoSchema } from '@bufbuild/protobuf/wkt';
import type { ServerDuplexStream } from '@grpc/grpc-js';
import { file_flight } from '../../flight/gen/flight_pb.js';
import { file_flight_sql } from '../../flight/gen/flight_sql_pb.js';
import { file_health } from '../../flight/gen/health_pb.js';
import {
  ErrorResponseSchema,
  FileDescriptorResponseSchema,
  file_reflection,
  ListServiceResponseSchema,
  type ServerReflectionRequest,
  type ServerReflectionResponse,
  ServerReflectionResponseSchema,
  ServiceResponseSchema,
} from '../../flight/gen/reflection_pb.js';
import type { ReflectionHandlers } from '../../flight/reflection-service.js';
import { type Received, requireMessage } from '../../flight/service.js';
import { createWriter, readMessages } from '../../flight/stream.js';
import { bidirectional, type Call } from './call.js';
import type { Services } from './services.js';

type ReflectionCall = ServerDuplexStream<Received<ServerReflectionRequest>, ServerReflectionResponse>;
type Answer = ServerReflectionResponse['messageResponse'];

const FILES = [file_flight, file_flight_sql, file_health, file_reflection];
const NOT_FOUND = 5;
const UNIMPLEMENTED = 12;

export function createReflectionHandlers(services: Services): ReflectionHandlers {
  return { serverReflectionInfo: bidirectional(services, 'ServerReflectionInfo', reflect) };
}

async function reflect(grpcCall: ReflectionCall, call: Call): Promise<void> {
  const writer = createWriter(grpcCall, call.signal);
  for await (const received of readMessages(grpcCall, call.signal)) {
    const request = requireMessage(received);
    const messageResponse = answer(request.messageRequest);
    await writer.write(create(ServerReflectionResponseSchema, { originalRequest: request, messageResponse }));
  }
}

/** What one request is answered with; a wrong name is an answer too, and the stream goes on. */
export function answer(request: ServerReflectionRequest['messageRequest']): Answer {
  switch (request.case) {
    case 'listServices':
      return listServices();
    case 'fileByFilename':
      return describeFile(allFiles().get(request.value), request.value);
    case 'fileContainingSymbol':
      return describeFile(fileOf(request.value), request.value);
    case 'allExtensionNumbersOfType':
    case 'fileContainingExtension':
      return refuse(NOT_FOUND, 'This server has no extensions.');
    default:
      return refuse(UNIMPLEMENTED, 'This question is not known.');
  }
}

function listServices(): Answer {
  const service = FILES.flatMap(({ services }) =>
    services.map(({ typeName: name }) => create(ServiceResponseSchema, { name })),
  );
  return { case: 'listServicesResponse', value: create(ListServiceResponseSchema, { service }) };
}

/** The file and all that it imports, so that nobody has to ask again. */
function describeFile(file: DescFile | undefined, name: string): Answer {
  if (file === undefined) return refuse(NOT_FOUND, `Nothing here is called "${name.slice(0, 200)}".`);
  const fileDescriptorProto = withImports(file).map(({ proto }) =>
    toBinary(FileDescriptorProtoSchema, proto),
  );
  return {
    case: 'fileDescriptorResponse',
    value: create(FileDescriptorResponseSchema, { fileDescriptorProto }),
  };
}

function refuse(errorCode: number, errorMessage: string): Answer {
  return {
    case: 'errorResponse',
    value: create(ErrorResponseSchema, { errorCode, errorMessage }),
  };
}

/** By message, enum or service, and by a member of one (`package.Service.Method`). */
function fileOf(symbol: string): DescFile | undefined {
  const registry = createRegistry(...FILES);
  const found = registry.get(symbol) ?? registry.get(symbol.slice(0, symbol.lastIndexOf('.')));
  return found?.file;
}

function allFiles(): ReadonlyMap<string, DescFile> {
  return new Map(FILES.flatMap(withImports).map((file) => [file.proto.name, file]));
}

function withImports(file: DescFile): DescFile[] {
  return [file, ...file.dependencies.flatMap(withImports)];
}
