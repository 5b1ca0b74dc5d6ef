/** Sends a result: its schema, and then each batch while the next one is made. */
import { encodeFlightData, type FlightFrame } from '../../flight/flight-data.js';
import type { EncodedBatch } from '../../flight/ipc/types.js';
import type { MessageWriter } from '../../flight/stream.js';
import type { QueryAnswer } from '../statement/query-now.js';
import { statementFacts } from './command-fields.js';
import { isSent } from './send-in-place.js';

/** A schema and then batches until there are none. */
export interface Sendable {
  readonly schemaMessage: Uint8Array;
  /** What kind of statement it was, for who has seen no FlightInfo. */
  readonly facts?: Uint8Array;
  next(): Promise<EncodedBatch | undefined>;
  close(): Promise<void>;
}

/** What a query has answered, with the facts that FlightInfo would have told. */
export function sendable({ result, returns, changes }: QueryAnswer): Sendable {
  const { schemaMessage } = result;
  const facts = statementFacts(returns, changes);
  return { schemaMessage, facts, next: () => result.next(), close: () => result.close() };
}

/** Resolves when all has been taken by the transport; the result is closed in any case. */
export async function sendResult(writer: MessageWriter<FlightFrame>, result: Sendable): Promise<void> {
  try {
    // The schema always comes first, also before an empty result. It is on its way while the first batch is made.
    const { schemaMessage, facts } = result;
    const first = writer.write(
      encodeFlightData({
        message: { header: schemaMessage, body: NO_BODY },
        ...(facts && { appMetadata: facts }),
      }),
    );
    first.catch(() => undefined);
    let following = result.next();
    for (;;) {
      const batch = await following;
      if (batch === undefined) return await first;
      // The next batch is made while this one is sent; its failure is heard when its turn comes.
      following = result.next();
      following.catch(() => undefined);
      const frame = encodeFlightData({ message: batch });
      await writer.write(frame);
      const { buffer } = batch.body;
      if (isSent(frame) && buffer instanceof ArrayBuffer) batch.giveBack?.(buffer);
    }
  } finally {
    await result.close();
  }
}

const NO_BODY = new Uint8Array(0);
