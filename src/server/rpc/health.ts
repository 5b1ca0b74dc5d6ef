/**
 * grpc.health.v1: does this server take statements? Answered without a login, because whoever asks (an orchestrator,
 * a load balancer) has none, and told is no more than the port tells anyway: it is there, or it is going away.
 */
import { create } from '@bufbuild/protobuf';
import { GizmoError } from '../../errors.js';
import {
  type HealthCheckRequest,
  type HealthCheckResponse,
  HealthCheckResponseSchema,
  HealthCheckResponse_ServingStatus as Status,
} from '../../flight/gen/health_pb.js';
import type { HealthHandlers } from '../../flight/health-service.js';
import { type Received, requireMessage } from '../../flight/service.js';
import { toStatus } from '../../flight/status.js';

/** The server as a whole, and its services by name. */
const SERVICES: ReadonlySet<string> = new Set([
  '',
  'arrow.flight.protocol.FlightService',
  'grpc.health.v1.Health',
]);
/** Watchers need no login, so that their number needs a limit. */
const WATCHERS_MAX = 100;

/** @param closed aborted once the server takes no statements any more: it is stopping, or its engine failed */
export function createHealthHandlers(closed: AbortSignal): HealthHandlers {
  let watchers = 0;
  const current = (): HealthCheckResponse => status(closed.aborted ? Status.NOT_SERVING : Status.SERVING);

  return {
    check(call, callback) {
      try {
        if (SERVICES.has(serviceOf(call.request))) callback(null, current());
        else throw new GizmoError('NOT_FOUND', 'This server has no such service.');
      } catch (error) {
        callback(toStatus(error));
      }
    },

    watch(call) {
      if (watchers >= WATCHERS_MAX) {
        call.emit('error', toStatus(tooManyWatchers()));
        return;
      }
      let known: boolean;
      try {
        known = SERVICES.has(serviceOf(call.request));
      } catch (error) {
        call.emit('error', toStatus(error));
        return;
      }
      watchers += 1;
      // After its last word the stream ends: it must not hold up the server's stop.
      const onClosed = () => {
        if (known) call.write(current());
        call.end();
      };
      let left = false;
      const leave = () => {
        if (left) return;
        left = true;
        watchers -= 1;
        closed.removeEventListener('abort', onClosed);
      };
      call.on('close', leave);
      call.on('cancelled', leave);
      call.write(known ? current() : status(Status.SERVICE_UNKNOWN));
      if (closed.aborted) call.end();
      else closed.addEventListener('abort', onClosed, { once: true });
    },
  };
}

function serviceOf(request: Received<HealthCheckRequest>): string {
  return requireMessage(request).service;
}

function status(value: Status): HealthCheckResponse {
  return create(HealthCheckResponseSchema, { status: value });
}

function tooManyWatchers(): GizmoError {
  return new GizmoError('RESOURCE_EXHAUSTED', `${WATCHERS_MAX} watch this server already. Use Check.`);
}
