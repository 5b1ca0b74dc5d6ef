import { once } from 'node:events';
import { create } from '@bufbuild/protobuf';
import { credentials, makeClientConstructor, status } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type HealthCheckRequest,
  HealthCheckRequestSchema,
  type HealthCheckResponse,
  HealthCheckResponse_ServingStatus as Status,
} from '../../../src/flight/gen/health_pb.js';
import { healthService } from '../../../src/flight/health-service.js';
import type { RunningServer } from '../../../src/server/running-server.js';
import { startTestServer } from '../../support/start-test-server.js';

const Client = makeClientConstructor(healthService, 'Health');
let server: RunningServer;
let client: InstanceType<typeof Client>;
beforeAll(async () => {
  server = await startTestServer();
  client = new Client(`127.0.0.1:${server.address.port}`, credentials.createInsecure());
});
afterAll(async () => {
  client.close();
  await server.stop();
});

function check(service: string): Promise<HealthCheckResponse | undefined> {
  const { path, requestSerialize, responseDeserialize } = healthService.check;
  return new Promise((resolve, reject) => {
    client.makeUnaryRequest<HealthCheckRequest, HealthCheckResponse>(
      path,
      requestSerialize,
      responseDeserialize,
      create(HealthCheckRequestSchema, { service }),
      (error, response) => (error ? reject(error) : resolve(response)),
    );
  });
}

function watch(service: string, from = client) {
  const { path, requestSerialize, responseDeserialize } = healthService.watch;
  const call = from.makeServerStreamRequest<HealthCheckRequest, HealthCheckResponse>(
    path,
    requestSerialize,
    responseDeserialize,
    create(HealthCheckRequestSchema, { service }),
  );
  call.on('error', () => {});
  return call;
}

describe('the health service', () => {
  it('answers without a login, for the server and for each service of its', async () => {
    for (const service of ['', 'arrow.flight.protocol.FlightService', 'grpc.health.v1.Health']) {
      expect(await check(service)).toMatchObject({ status: Status.SERVING });
    }
  });

  it('does not know other services', async () => {
    await expect(check('shop.Orders')).rejects.toMatchObject({ code: status.NOT_FOUND });
    const call = watch('shop.Orders');
    expect(await once(call, 'data')).toMatchObject([{ status: Status.SERVICE_UNKNOWN }]);
    call.cancel();
  });

  it('limits its watchers, who are strangers, and makes room when they leave', async () => {
    const first = async (call: ReturnType<typeof watch>) =>
      once(call, 'data').then(
        () => 'watching',
        ({ code }: { code: number }) => code,
      );
    const calls = Array.from({ length: 110 }, () => watch(''));
    const outcomes = await Promise.all(calls.map(first));
    expect(new Set(outcomes)).toEqual(new Set(['watching', status.RESOURCE_EXHAUSTED]));
    expect(outcomes.filter((outcome) => outcome === 'watching').length).toBeLessThanOrEqual(100);
    expect(await check('')).toMatchObject({ status: Status.SERVING });
    for (const call of calls) call.cancel();
    const again = async () => {
      const call = watch('');
      const outcome = await first(call);
      call.cancel();
      return outcome;
    };
    await expect.poll(again).toBe('watching');
  });

  it('tells watchers that the server stops, and does not hold up its end', async () => {
    const stopping = await startTestServer({ 'shutdown-grace-period-seconds': 600 });
    const other = new Client(`127.0.0.1:${stopping.address.port}`, credentials.createInsecure());
    const call = watch('', other);
    const [first] = await once(call, 'data');
    expect(first).toMatchObject({ status: Status.SERVING });
    // Resolves long before the grace that running statements have.
    await stopping.stop();
    other.close();
  });
});
