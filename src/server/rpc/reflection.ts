/**
 * Server reflection, by which grpcurl lists and describes what can be called. Answered without a login: grpcurl cannot
 * even ask for the server's health before it has been here, and what it is told are files that Apache and gRPC
 * publish. Strangers reach no more than a table of them, in few streams of few questions.
 */
import { create, createRegistry, type DescFile, toBinary } from '@bufbuild/protobuf';
import { FileDescriptorProtoSchema } from '@bufbuild/protobuf/wkt';
import type { ServerDuplexStream } from '@grpc/grpc-js';
import { GizmoError } from '../../errors.js';
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
import { finishStream } from './call.js';

type ReflectionCall = ServerDuplexStream<Received<ServerReflectionRequest>, ServerReflectionResponse>;
type Answer = ServerReflectionResponse['messageResponse'];

const FILES = [file_flight, file_flight_sql, file_health, file_reflection];
const REGISTRY = createRegistry(...FILES);
const BY_NAME = new Map(FILES.flatMap(withImports).map((file) => [file.proto.name, file]));
const NOT_FOUND = 5;
const UNIMPLEMENTED = 12;

/** Streams at once, and questions in one: a tool asks once for each type that it meets. */
const STREAMS_MAX = 100;
const QUESTIONS_MAX = 1000;

export function createReflectionHandlers(): ReflectionHandlers {
  let streams = 0;
  return {
    serverReflectionInfo(grpcCall) {
      const refused = streams >= STREAMS_MAX;
      streams += 1;
      const work = refused ? Promise.reject(tooMuch()) : reflect(grpcCall);
      finishStream(
        grpcCall,
        work.finally(() => {
          streams -= 1;
        }),
      );
    },
  };
}

async function reflect(grpcCall: ReflectionCall): Promise<void> {
  const writer = createWriter(grpcCall);
  let questions = 0;
  for await (const received of readMessages(grpcCall)) {
    questions += 1;
    if (questions > QUESTIONS_MAX) throw tooMuch();
    const request = requireMessage(received);
    const messageResponse = answer(request.messageRequest);
    await writer.write(create(ServerReflectionResponseSchema, { originalRequest: request, messageResponse }));
  }
}

/** What one request is answered with; a wrong name is an answer too, and the stream goes on. */
function answer(request: ServerReflectionRequest['messageRequest']): Answer {
  switch (request.case) {
    case 'listServices':
      return listServices();
    case 'fileByFilename':
      return describeFile(BY_NAME.get(request.value), request.value);
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
  const found = REGISTRY.get(symbol) ?? REGISTRY.get(symbol.slice(0, symbol.lastIndexOf('.')));
  return found?.file;
}

function withImports(file: DescFile): DescFile[] {
  return [file, ...file.dependencies.flatMap(withImports)];
}

function tooMuch(): GizmoError {
  return new GizmoError('RESOURCE_EXHAUSTED', 'Too many ask what this server offers. Try again later.');
}
