/** DoPut: updates, with or without parameters, the parameters of prepared queries, and bulk loads. */
import { create } from '@bufbuild/protobuf';
import type { ServerDuplexStream } from '@grpc/grpc-js';
import { GizmoError } from '../../errors.js';
import type { FlightDataMessage } from '../../flight/flight-data.js';
import {
  FlightDescriptor_DescriptorType,
  type PutResult,
  PutResultSchema,
} from '../../flight/gen/flight_pb.js';
import type { Received } from '../../flight/service.js';
import { decodeCommand, type SqlCommand } from '../../flight/sql/command.js';
import { encodePreparedStatementResult, encodeUpdateResult } from '../../flight/sql/put-result.js';
import { readMessages } from '../../flight/stream.js';
import type { Held } from '../session/user-memory.js';
import type { Call } from './call.js';
import { handleText, transactionOf } from './command-fields.js';
import { ingest } from './ingest.js';
import { readParameters } from './read-parameters.js';
import type { Services } from './services.js';

type PutCall = ServerDuplexStream<Received<FlightDataMessage>, PutResult>;

export async function doPut(services: Services, grpcCall: PutCall, call: Call): Promise<void> {
  // Entered first: the call's signal then knows of the session's end, too.
  await call.session();
  const messages = readMessages(grpcCall, call.signal);
  const { value: first } = await messages.next();
  const descriptor = first?.descriptor;
  if (first === undefined || descriptor?.type !== FlightDescriptor_DescriptorType.CMD) {
    throw new GizmoError('INVALID_ARGUMENT', 'The first message of DoPut must carry a Flight SQL command.');
  }
  const held = services.memory.hold(call.caller.principal);
  const answer = await put(
    services,
    decodeCommand(descriptor.cmd),
    { first, rest: messages, held },
    call,
  ).finally(() => held.set(0));
  grpcCall.write(create(PutResultSchema, { appMetadata: answer }));
}

interface Sent {
  readonly first: FlightDataMessage;
  readonly rest: AsyncIterable<FlightDataMessage>;
  /** What of it is kept as long as the call lasts. */
  readonly held: Held;
}

/** Does what the command says and returns the answer's app_metadata. On failure no PutResult is sent. */
async function put(
  services: Services,
  command: SqlCommand,
  { first, rest, held }: Sent,
  call: Call,
): Promise<Uint8Array> {
  const { statements } = services;
  const session = await call.session();
  switch (command.type) {
    case 'CommandStatementUpdate': {
      // At once, on the first message: C++ and Java wait for the answer before they half-close.
      const request = {
        sql: command.message.query,
        session,
        door: 'statement-update',
        signal: call.signal,
        ...transactionOf(command.message),
      } as const;
      return encodeUpdateResult(await statements.update(request));
    }
    case 'CommandPreparedStatementUpdate': {
      const prepared = statements.open.prepared(handleText(command.message.preparedStatementHandle), session);
      // Without a schema there is nothing more to come, and what was bound before is used.
      const sent = first.header.length === 0 ? undefined : await readParameters(first, rest, held);
      if (sent !== undefined) statements.open.bind(prepared, sent);
      return encodeUpdateResult(await statements.updatePrepared(prepared, call.signal));
    }
    case 'CommandPreparedStatementQuery': {
      const handle = command.message.preparedStatementHandle;
      const prepared = statements.open.prepared(handleText(handle), session);
      statements.open.bind(prepared, await readParameters(first, rest, held));
      // The same handle: clients disagree on whether a new one would replace it.
      return encodePreparedStatementResult(handle);
    }
    case 'CommandStatementIngest':
      return encodeUpdateResult(await ingest(services, command.message, first, rest, call));
    default:
      throw new GizmoError('UNIMPLEMENTED', `${command.type} is not offered by this server.`);
  }
}
