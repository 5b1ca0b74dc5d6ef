/** The actions that hand out tokens of the identity provider to somebody who is about to log in. */
import { create } from '@bufbuild/protobuf';
import type { ServerWritableStream } from '@grpc/grpc-js';
import { GizmoError } from '../../errors.js';
import { type Action, type Result, ResultSchema } from '../../flight/gen/flight_pb.js';
import { decodeTokenRequest, EXCHANGE_ACTION, REFRESH_ACTION } from '../../flight/login/code-exchange.js';
import { type Received, requireMessage } from '../../flight/service.js';
import { finishStream } from './call.js';
import type { Services } from './services.js';

type ActionCall = ServerWritableStream<Received<Action>, Result>;

/** What they are called, and what ListActions says of them where they are offered. */
export const TOKEN_ACTIONS: Readonly<Record<string, string>> = {
  [EXCHANGE_ACTION]: 'Exchange an OAuth code for tokens of the identity provider. Needs no login.',
  [REFRESH_ACTION]: 'Exchange a refresh token for tokens of the identity provider. Needs no login.',
};

/** Does one of the two; throws UNIMPLEMENTED where the server has no secret to lend. */
export async function exchangeTokens(
  { tokenExchange }: Services,
  type: string,
  body: Uint8Array,
  peer: string,
): Promise<Uint8Array> {
  if (tokenExchange === undefined)
    throw new GizmoError('UNIMPLEMENTED', `The action "${type}" is not offered by this server.`);
  return Buffer.from(JSON.stringify(await tokenExchange.exchange(decodeTokenRequest(type, body), peer)));
}

/** DoAction of somebody who shows nothing: these two actions, and no other. */
export function actionOfStranger(services: Services, call: ActionCall): void {
  finishStream(call, exchangeForStranger(services, call));
}

async function exchangeForStranger(services: Services, call: ActionCall): Promise<void> {
  const { type, body } = requireMessage(call.request);
  if (!Object.hasOwn(TOKEN_ACTIONS, type))
    throw new GizmoError(
      'UNAUTHENTICATED',
      'No credential supplied. Log in with a username and password, or a token.',
    );
  const result = await exchangeTokens(services, type, body, call.getPeer());
  call.write(create(ResultSchema, { body: result }));
}
