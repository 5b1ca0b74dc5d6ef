/** DoGet: the result behind a ticket, as a stream of FlightData. */
import type { ServerWritableStream } from '@grpc/grpc-js';
import { GizmoError } from '../../errors.js';
import { encodeFlightData, type FlightFrame } from '../../flight/flight-data.js';
import type { Ticket } from '../../flight/gen/flight_pb.js';
import { encodeSchema } from '../../flight/ipc/schema.js';
import type { EncodedBatch } from '../../flight/ipc/types.js';
import { type Received, requireMessage } from '../../flight/service.js';
import { decodeCommand, type SqlCommand } from '../../flight/sql/command.js';
import { createWriter } from '../../flight/stream.js';
import type { Call } from './call.js';
import { handleText, statementFacts, transactionOf } from './command-fields.js';
import { metadataBatches, metadataSchema } from './metadata/answers.js';
import { isSent } from './send-in-place.js';
import type { Services } from './services.js';

type GetCall = ServerWritableStream<Received<Ticket>, FlightFrame>;

/** What DoGet sends: a schema and then batches until there are none. */
interface Sendable {
  readonly schemaMessage: Uint8Array;
  /** What kind of statement it was, for who has seen no FlightInfo. */
  readonly facts?: Uint8Array;
  next(): Promise<EncodedBatch | undefined>;
  close(): Promise<void>;
}

const NO_BODY = new Uint8Array(0);

export async function doGet(services: Services, grpcCall: GetCall, call: Call): Promise<void> {
  const command = decodeCommand(requireMessage(grpcCall.request).ticket);
  const result = await open(services, command, call);
  try {
    const writer = createWriter(grpcCall, call.signal);
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

async function open(services: Services, command: SqlCommand, call: Call): Promise<Sendable> {
  const { statements } = services;
  if (command.type === 'TicketStatementQuery') {
    return statements.fetch(handleText(command.message.statementHandle), call.caller.principal, call.signal);
  }
  if (command.type === 'CommandStatementQuery') {
    const { query: sql } = command.message;
    const session = await call.session();
    const door = 'statement-query';
    const request = { sql, session, door, signal: call.signal, ...transactionOf(command.message) } as const;
    const { result, returns, changes } = await statements.queryNow(request);
    const { schemaMessage } = result;
    const facts = statementFacts(returns, changes);
    return { schemaMessage, facts, next: () => result.next(), close: () => result.close() };
  }
  if (command.type === 'CommandPreparedStatementQuery') {
    const session = await call.session();
    const prepared = statements.open.prepared(handleText(command.message.preparedStatementHandle), session);
    const { ticket } = await statements.queryPrepared(prepared, call.signal);
    const result = await statements.fetch(ticket, call.caller.principal, call.signal);
    // A ticket that no client knows of.
    const close = () => result.close().finally(() => statements.open.dropTicket(ticket));
    return { schemaMessage: result.schemaMessage, next: () => result.next(), close };
  }
  const schema = metadataSchema(command);
  if (schema === undefined) throw new GizmoError('INVALID_ARGUMENT', 'This is not a ticket of this server.');
  const batches = metadataBatches(services, command, call);
  return {
    schemaMessage: encodeSchema(schema),
    next: async () => (await batches.next()).value,
    close: async () => {
      await batches.return(undefined);
    },
  };
}
