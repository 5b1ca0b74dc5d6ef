/**
 * DoExchange: statements one after the other over one call (see flight/sql/exchange). Each of them is to the server what
 * a call of its own would be: the caller is identified anew, the session entered and left, and nothing of one is left
 * when the next comes.
 */
import type { ServerDuplexStream } from '@grpc/grpc-js';
import { GizmoError, toGizmoError } from '../../errors.js';
import { encodeFlightData, type FlightDataMessage, type FlightFrame } from '../../flight/flight-data.js';
import { FlightDescriptor_DescriptorType } from '../../flight/gen/flight_pb.js';
import type { Received } from '../../flight/service.js';
import { linkSignals } from '../../flight/signal.js';
import { decodeCommand } from '../../flight/sql/command.js';
import {
  type ExchangeableCommand,
  encodeStatementEnd,
  encodeStatementFailure,
  isExchangeable,
} from '../../flight/sql/exchange.js';
import { createWriter, type MessageWriter, readMessages } from '../../flight/stream.js';
import type { Held } from '../session/user-memory.js';
import { type Call, finishStream, headersFor, identifiedCall, logged } from './call.js';
import { handleText, transactionOf } from './command-fields.js';
import { openQuery } from './do-get.js';
import { credentialLooksLike, identify } from './identify.js';
import { readParameters } from './read-parameters.js';
import { sendable, sendResult } from './send-result.js';
import type { Services } from './services.js';
import { createSessionLink } from './session-link.js';

type ExchangeCall = ServerDuplexStream<Received<FlightDataMessage>, FlightFrame>;
type Messages = AsyncGenerator<FlightDataMessage, void, undefined>;

const METHOD = 'DoExchange';

export function exchangeHandler(services: Services): (grpcCall: ExchangeCall) => void {
  return (grpcCall) => finishStream(grpcCall, exchange(services, grpcCall));
}

async function exchange(services: Services, grpcCall: ExchangeCall): Promise<void> {
  const identified = identifiedCall(grpcCall);
  const ofCall = linkSignals([services.stopping, identified.caller.refused], {
    into: identified.stop,
  });
  // Between statements the end of the server ends the conversation, and holds nobody up.
  const idle = linkSignals([ofCall.signal, services.closed]);
  const link = createSessionLink(services, grpcCall.metadata, ofCall.signal);
  grpcCall.sendMetadata(headersFor(identified.caller));
  try {
    const messages = readMessages(grpcCall, idle.signal);
    const writer = createWriter(grpcCall, ofCall.signal);
    for (;;) {
      const asked = await nextStatement(services, messages);
      if (asked === undefined) return;
      const caller = await identifyAgain(services, grpcCall, ofCall.signal);
      const { call, leave } = link.enter(caller);
      const held = services.memory.hold(caller.principal);
      let end: Uint8Array | undefined;
      try {
        caller.assertAlive();
        end = await run(services, asked, writer, call, held);
      } catch (error) {
        end = encodeStatementFailure(logged(services, METHOD, caller, error));
      } finally {
        held.set(0);
        leave();
      }
      if (end !== undefined) await writer.write(encodeFlightData({ appMetadata: end }));
    }
  } catch (error) {
    throw logged(services, METHOD, identified.caller, error);
  } finally {
    identified.answered = true;
    link.dispose();
    idle.dispose();
    ofCall.dispose();
  }
}

/** One message, or two, packed or not: a schema of parameters is followed by their batch. */
type Asked = readonly [FlightDataMessage, ...FlightDataMessage[]];

/** Undefined where there is none any more, or none is taken. */
async function nextStatement({ closed }: Services, messages: Messages): Promise<Asked | undefined> {
  try {
    const first = await messages.next();
    if (first.done === true) return undefined;
    const [part, ...parts] = first.value.parts;
    if (part !== undefined) return [part, ...parts];
    if (first.value.header.length === 0) return [first.value];
    const second = await messages.next();
    return second.done === true ? undefined : [first.value, second.value];
  } catch (error) {
    if (closed.aborted) return undefined;
    throw error;
  }
}

/** As the interceptor does for a call; whoever is refused loses the conversation. */
async function identifyAgain(services: Services, grpcCall: ExchangeCall, gone: AbortSignal) {
  const { metadata } = grpcCall;
  const peer = grpcCall.getPeer();
  const connection = services.connectionOf(peer);
  if (connection === undefined) throw new GizmoError('UNAVAILABLE', 'The connection is closing.');
  try {
    return await identify(services, metadata, connection, gone);
  } catch (error) {
    const { code, message } = toGizmoError(error);
    const from = { peer, peerIdentity: connection.certificate?.commonName, rpc: METHOD };
    services.authLog.refused(
      'call',
      { ...credentialLooksLike(metadata), ...from },
      { code, reason: message },
    );
    throw error;
  }
}

/** What the last message says, unless that has been sent already. */
async function run(
  services: Services,
  [first, ...rest]: Asked,
  writer: MessageWriter<FlightFrame>,
  call: Call,
  held: Held,
): Promise<Uint8Array | undefined> {
  const command = commandOf(first);
  const { statements } = services;
  switch (command.type) {
    case 'CommandStatementQuery': {
      const answer = await openQuery(services, command.message, call);
      await sendResult(writer, answer, { end: encodeStatementEnd({}), signal: call.signal });
      return undefined;
    }
    case 'CommandStatementUpdate': {
      const session = await call.session();
      const { signal } = call;
      const transaction = transactionOf(command.message);
      const { query: sql } = command.message;
      const request = { sql, session, door: 'statement-update', signal, ...transaction } as const;
      return encodeStatementEnd({ changes: await statements.update(request) });
    }
    default: {
      // Without any, what was bound before is of no account.
      const parameters = rest.length === 0 ? undefined : await readParameters(first, rest, held);
      const session = await call.session();
      const prepared = statements.open.prepared(handleText(command.message.preparedStatementHandle), session);
      if (command.type === 'CommandPreparedStatementQuery') {
        const answer = await statements.queryPreparedNow(prepared, parameters, call.signal);
        await sendResult(writer, sendable(answer), { end: encodeStatementEnd({}), signal: call.signal });
        return undefined;
      }
      statements.open.bind(prepared, parameters);
      return encodeStatementEnd({ changes: await statements.updatePrepared(prepared, call.signal) });
    }
  }
}

function commandOf({ descriptor }: FlightDataMessage): ExchangeableCommand {
  const command =
    descriptor?.type === FlightDescriptor_DescriptorType.CMD ? decodeCommand(descriptor.cmd) : undefined;
  if (command !== undefined && isExchangeable(command)) return command;
  throw new GizmoError('INVALID_ARGUMENT', 'A statement in DoExchange begins with a command that is one.');
}
