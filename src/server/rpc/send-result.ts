/** Sends a result: its schema, and then each batch while the next one is made. */
import {
  encodeFlightData,
  type FlightFrame,
  FlightFrames,
  packFlightData,
} from '../../flight/flight-data.js';
import type { EncodedBatch } from '../../flight/ipc/types.js';
import { orAborted } from '../../flight/signal.js';
import type { MessageWriter } from '../../flight/stream.js';
import type { QueryAnswer } from '../statement/query-now.js';
import { statementFacts } from './command-fields.js';
import { isSent, sendsTogether } from './send-in-place.js';

/** A schema and then batches until there are none. */
export interface Sendable {
  readonly schemaMessage: Uint8Array;
  /** What kind of statement it was, for who has seen no FlightInfo. */
  readonly facts?: Uint8Array;
  /** Aborted where it is stopped while its client reads nothing; asked again with each batch. */
  stopped?(): AbortSignal | undefined;
  next(): Promise<EncodedBatch | undefined>;
  close(): Promise<void>;
}

/** What a query has answered, with the facts that FlightInfo would have told. */
export function sendable({ result, returns, changes }: QueryAnswer): Sendable {
  const { schemaMessage } = result;
  const facts = statementFacts(returns, changes);
  return {
    schemaMessage,
    facts,
    stopped: () => result.stopped?.(),
    next: () => result.next(),
    close: () => result.close(),
  };
}

/** Of a call that goes on behind the result, with somebody who takes messages packed. */
export interface WithinCall {
  /** Application metadata of a message behind the result. */
  readonly end: Uint8Array;
  /** The statement's: it can end while the call, whose writer has a signal of its own, waits for its reader. */
  readonly signal: AbortSignal;
}

/**
 * Resolves when all has been taken by the transport; the result is closed in any case.
 * @param within absent where the result is all that the call answers
 */
export async function sendResult(
  writer: MessageWriter<FlightFrame>,
  result: Sendable,
  within?: WithinCall,
): Promise<void> {
  const { schemaMessage, facts } = result;
  // The schema always comes first, also before an empty result.
  const schema = encodeFlightData({
    message: { header: schemaMessage, body: NO_BODY },
    ...(facts && { appMetadata: facts }),
  });
  const last = within && encodeFlightData({ appMetadata: within.end });
  try {
    const first = await result.next();
    const following = first && result.next();
    following?.catch(() => undefined);
    if (first === undefined || (isSmall(first) && (await endsNow(following)))) {
      await result.close();
      const frames = [schema];
      if (first !== undefined) frames.push(encodeFlightData({ message: first }));
      if (last === undefined) await writeTogether(writer, frames);
      else await writer.write(packFlightData([...frames, last]));
      return;
    }
    const written = writer.write(schema);
    written.catch(() => undefined);
    await sendBatches(writer, result, first, following, within?.signal);
    await result.close();
    if (last !== undefined) await writer.write(last);
  } finally {
    await result.close();
  }
}

async function sendBatches(
  writer: MessageWriter<FlightFrame>,
  result: Sendable,
  first: EncodedBatch,
  second: Promise<EncodedBatch | undefined> | undefined,
  signal: AbortSignal | undefined,
): Promise<void> {
  let following = second;
  for (let batch: EncodedBatch | undefined = first; batch !== undefined; ) {
    const frame = encodeFlightData({ message: batch });
    const written = writer.write(frame);
    await orStopped(orStopped(written, signal), result.stopped?.());
    const { buffer } = batch.body;
    if (isSent(frame) && buffer instanceof ArrayBuffer) batch.giveBack?.(buffer);
    batch = await following;
    // The next batch is made while this one is sent; its failure is heard when its turn comes.
    following = batch && result.next();
    following?.catch(() => undefined);
  }
}

function orStopped(written: Promise<void>, signal: AbortSignal | undefined): Promise<void> {
  return signal === undefined ? written : orAborted(written, signal);
}

/** In one piece, which both sides handle for the price of one message. */
async function writeTogether(
  writer: MessageWriter<FlightFrame>,
  frames: readonly FlightFrame[],
): Promise<void> {
  if (sendsTogether()) await writer.write(new FlightFrames(frames));
  else for (const frame of frames) await writer.write(frame);
}

/** Smaller than what a connection takes at once. */
const SMALL_BYTES = 16 * 1024;

function isSmall({ header, body }: EncodedBatch): boolean {
  return header.byteLength + body.byteLength <= SMALL_BYTES;
}

/** Whether it is known already that nothing follows: to ask for it took no turn of the event loop. */
async function endsNow(following: Promise<EncodedBatch | undefined> | undefined): Promise<boolean> {
  const turn = new Promise<typeof PENDING>((resolve) => process.nextTick(resolve, PENDING));
  return (await Promise.race([following, turn])) === undefined;
}

const PENDING = Symbol('pending');
const NO_BODY = new Uint8Array(0);
