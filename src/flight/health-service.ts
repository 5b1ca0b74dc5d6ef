/** The health service that load balancers and orchestrators ask. Source: grpc.health.v1, health.proto. */
import type { handleServerStreamingCall, handleUnaryCall, ServiceDefinition } from '@grpc/grpc-js';
import {
  type HealthCheckRequest,
  HealthCheckRequestSchema,
  type HealthCheckResponse,
  HealthCheckResponseSchema,
} from './gen/health_pb.js';
import { codec, describeMethod, type Received } from './service.js';

const HEALTH = 'grpc.health.v1.Health';
const request = codec(HealthCheckRequestSchema);
const response = codec(HealthCheckResponseSchema);

/** Pass it to `server.addService` with {@link HealthHandlers}. */
export const healthService = {
  check: describeMethod(HEALTH, 'Check', 'unary', request, response),
  watch: describeMethod(HEALTH, 'Watch', 'serverStream', request, response),
} satisfies ServiceDefinition;

/** What a server implements. */
export type HealthHandlers = {
  readonly check: handleUnaryCall<Received<HealthCheckRequest>, HealthCheckResponse>;
  readonly watch: handleServerStreamingCall<Received<HealthCheckRequest>, HealthCheckResponse>;
};
