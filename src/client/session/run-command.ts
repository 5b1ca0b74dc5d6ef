/** From a Flight SQL command to its result. */
import { GizmoError } from '../../errors.js';
import { encodeFlightData } from '../../flight/flight-data.js';
import type { FlightInfo } from '../../flight/gen/flight_pb.js';
import { abortReason } from '../../flight/signal.js';
import { ACTIONS } from '../../flight/sql/action.js';
import { encodeCommand, type SqlCommandInit, type SqlCommandName } from '../../flight/sql/command.js';
import { describeCommand, type FlightChannel } from '../connect/channel.js';
import type { ChannelPool } from '../connect/channel-pool.js';
import type { QueryOptions } from '../flight-sql-client.js';
import type { ResultStream } from '../result/result.js';
import { type AnnouncedResult, openResult } from '../result/result-stream.js';
import type { Row } from '../rows/value.js';

/**
 * Every statement, DML and DDL included, goes through GetFlightInfo and DoGet, as the ADBC driver's own DB-API does: the
 * server decides what a statement is, nothing is guessed from its text, and nothing can run twice. A server that takes
 * queries in DoGet is spared the first of the two.
 * @param onEnd called once, when nothing more is to come for whatever reason
 */
export async function runCommand<T extends Row, Name extends SqlCommandName>(
  channels: ChannelPool,
  command: SqlCommandInit<Name>,
  { signal, onProgress }: QueryOptions,
  onEnd?: () => void,
): Promise<ResultStream<T>> {
  const cmd = encodeCommand(command);
  const { type } = command;
  if (type === 'CommandStatementQuery' && onProgress === undefined && channels.home.takesQueries)
    return openResult<T>(channels, directly(channels.home, cmd), signal, onEnd);
  const info =
    (onProgress === undefined ? undefined : await poll(channels.home, cmd, onProgress, signal)) ??
    (await channels.home.getFlightInfo(cmd, signal));
  return openResult<T>(channels, info, signal, onEnd);
}

function directly(home: FlightChannel, cmd: Uint8Array): AnnouncedResult {
  const frames = [encodeFlightData({ descriptor: describeCommand(cmd) })];
  return answered((signal) => (home.converses ? home.converse(frames, signal) : home.doGet(cmd, signal)));
}

/** A result of which nothing is known before it comes. */
export function answered(read: NonNullable<AnnouncedResult['endpoint'][number]['read']>): AnnouncedResult {
  return { schema: NO_BYTES, appMetadata: NO_BYTES, endpoint: [{ read, location: [] }] };
}

const NO_BYTES = new Uint8Array(0);

/** Undefined where the server does not poll; it has not run anything then. */
async function poll(
  channel: FlightChannel,
  cmd: Uint8Array,
  onProgress: NonNullable<QueryOptions['onProgress']>,
  signal: AbortSignal | undefined,
): Promise<FlightInfo | undefined> {
  let info: FlightInfo | undefined;
  try {
    let answer = await channel.pollFlightInfo(cmd, signal);
    for (;;) {
      info = answer.info ?? info;
      const { flightDescriptor, progress } = answer;
      if (flightDescriptor === undefined) return info;
      onProgress(progress);
      const asked = performance.now();
      answer = await channel.pollFlightInfo(flightDescriptor, signal);
      // A server should answer when there is news; one that answers at once is not asked without end.
      await pause(POLL_MS - (performance.now() - asked), signal);
    }
  } catch (error) {
    if (info === undefined && error instanceof GizmoError && error.code === 'UNIMPLEMENTED') return undefined;
    if (info !== undefined) await cancel(channel, info);
    throw error;
  }
}

const POLL_MS = 100;

function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(abortReason(signal));
    const onAbort = (): void => {
      clearTimeout(timer);
      if (signal !== undefined) reject(abortReason(signal));
    };
    const timer = setTimeout(
      () => {
        signal?.removeEventListener('abort', onAbort);
        resolve();
      },
      Math.max(0, ms),
    );
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}

/** A polled statement runs on its own, whoever waits. What the server says to this does not matter any more. */
async function cancel(channel: FlightChannel, info: FlightInfo): Promise<void> {
  const body = ACTIONS.CancelFlightInfo.encodeRequest({ info });
  await channel.doAction('CancelFlightInfo', body, { timeoutMs: CANCEL_TIMEOUT_MS }).catch(() => undefined);
}

const CANCEL_TIMEOUT_MS = 2000;
