/** The service by which grpcurl and the like learn what a server offers. Source: grpc.reflection.v1, reflection.proto. */
import type { handleBidiStreamingCall, ServiceDefinition } from '@grpc/grpc-js';
import {
  type ServerReflectionRequest,
  ServerReflectionRequestSchema,
  type ServerReflectionResponse,
  ServerReflectionResponseSchema,
} from './gen/reflection_pb.js';
import { codec, describeMethod, type Received } from './service.js';

/** Pass both to `server.addService`: `v1alpha` is the same under the name that older tools ask for. */
export const reflectionServices = {
  v1: describe('grpc.reflection.v1.ServerReflection'),
  v1alpha: describe('grpc.reflection.v1alpha.ServerReflection'),
};

/** What a server implements. */
export type ReflectionHandlers = {
  readonly serverReflectionInfo: handleBidiStreamingCall<
    Received<ServerReflectionRequest>,
    ServerReflectionResponse
  >;
};

function describe(service: string) {
  return {
    serverReflectionInfo: describeMethod(
      service,
      'ServerReflectionInfo',
      'bidi',
      codec(ServerReflectionRequestSchema),
      codec(ServerReflectionResponseSchema),
    ),
  } satisfies ServiceDefinition;
}
