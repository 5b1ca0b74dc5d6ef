/** The scenarios of Flight itself. */
import { create, fromBinary } from '@bufbuild/protobuf';
import { type Timestamp, timestampFromMs, timestampMs } from '@bufbuild/protobuf/wkt';
import { Metadata } from '@grpc/grpc-js';
import { GizmoError } from '../../../src/errors.js';
import {
  ActionTypeSchema,
  BasicAuthSchema,
  CancelStatus,
  CloseSessionResult_Status,
  HandshakeResponseSchema,
  PollInfoSchema,
  ResultSchema,
  type SessionOptionValue,
  SessionOptionValueSchema,
  SetSessionOptionsResult_ErrorValue,
} from '../../../src/flight/gen/flight_pb.js';
import { field } from '../../../src/flight/ipc/types.js';
import { requireMessage } from '../../../src/flight/service.js';
import { ACTIONS } from '../../../src/flight/sql/action.js';
import { fromStatus } from '../../../src/flight/status.js';
import { connectRaw } from '../../support/raw-client.js';
import {
  answer,
  answerAll,
  bytes,
  check,
  checkFails,
  flightInfo,
  result,
  type Scenario,
  text,
} from './scenario.js';

const NUMBERS = { fields: [field('number', { kind: 'int', bits: 32, signed: true }, { nullable: false })] };
const UNSIGNED = { fields: [field('number', { kind: 'int', bits: 32, signed: false }, { nullable: false })] };
const NOTHING = { fields: [] };

/** Before the login nothing is done for anybody; then the server says who it takes the caller for. */
const authBasicProto: Scenario = {
  serve: () => ({
    handshake: (call) => {
      call.on('data', (received) => {
        const { username, password } = fromBinary(BasicAuthSchema, requireMessage(received).payload);
        if (username !== 'arrow' || password !== 'flight') return call.destroy();
        call.write(create(HandshakeResponseSchema, { payload: bytes(username) }));
        call.end();
      });
    },
    doAction: answerAll((_, metadata) => {
      const [token] = metadata.get('auth-token-bin');
      if (token === undefined || text(Buffer.from(token)) !== 'arrow')
        throw new GizmoError('UNAUTHENTICATED', 'invalid token');
      return [create(ResultSchema, { body: Buffer.from(token) })];
    }),
  }),
  run: async (client, port) => {
    const refusal = await checkFails(client.action('', bytes('')), 'an action before the login');
    check(fromStatus(refusal).code === 'UNAUTHENTICATED', 'the refusal is UNAUTHENTICATED');
    const { create: make, toBinary } = await import('@bufbuild/protobuf');
    const payload = toBinary(
      BasicAuthSchema,
      make(BasicAuthSchema, { username: 'arrow', password: 'flight' }),
    );
    const { responses } = await client.handshake({}, [payload]);
    const trusted = connectRaw(port, { 'auth-token-bin': text(responses[0]?.payload ?? bytes('')) });
    const [who] = await trusted.action('', bytes(''));
    trusted.close();
    check(who !== undefined && text(who) === 'arrow', 'the answer is the name of the user');
  },
};

/** A header comes back as it was sent, with failures too. */
const middleware: Scenario = {
  serve: () => ({
    getFlightInfo: (call, callback) => {
      const headers = new Metadata();
      for (const value of call.metadata.get('x-middleware')) headers.set('x-middleware', value);
      call.sendMetadata(headers);
      answer<Parameters<typeof flightInfo>[1], ReturnType<typeof flightInfo>>((descriptor) => {
        if (text(descriptor.cmd) !== 'success') throw new GizmoError('INVALID_ARGUMENT', 'unknown');
        return flightInfo(NOTHING, descriptor, [{ ticket: { ticket: bytes('foo') } }]);
      })(call, callback);
    },
  }),
  run: async (_, port) => {
    for (const cmd of ['', 'success']) {
      const client = connectRaw(port, { 'x-middleware': 'expected value' });
      const { status, headers } = await client.infoWithHeaders(bytes(cmd));
      client.close();
      check((status === 0) === (cmd === 'success'), `"${cmd}" ends with status ${status}`);
      check(headers.includes('expected value'), `the header comes back for "${cmd}"`);
    }
  },
};

const PARTS = [
  [1, 2, 3],
  [10, 20, 30],
  [100, 200, 300],
];

/** Endpoints whose order counts. */
const ordered: Scenario = {
  serve: () => ({
    getFlightInfo: answer((descriptor) =>
      flightInfo(
        NUMBERS,
        descriptor,
        ['1', '2', '3'].map((ticket) => ({ ticket: { ticket: bytes(ticket) } })),
        { ordered: text(descriptor.cmd) === 'ordered' },
      ),
    ),
    doGet: answerAll(({ ticket }) => result(NUMBERS, [PARTS[Number(text(ticket)) - 1] ?? []])),
  }),
  run: async (client) => {
    const info = await client.info(bytes('ordered'));
    check(info.ordered, 'the FlightInfo is ordered');
    const rows: unknown[] = [];
    for (const { ticket, location } of info.endpoint) {
      check(location.length === 0, 'the endpoints have no locations');
      rows.push(...(await client.get(ticket?.ticket ?? bytes(''))));
    }
    check(JSON.stringify(rows.flat()) === JSON.stringify(PARTS.flat()), `the numbers in order, not ${rows}`);
  },
};

interface EndpointState {
  expiresAtMs: number | undefined;
  reads: number;
  cancelled: boolean;
}

/** Three endpoints: one to be read once, two for some seconds, longer where they are renewed. */
function expirationTime(run: Scenario['run']): Scenario {
  return {
    run,
    serve: () => {
      let states: EndpointState[] = [];
      const stateOf = (ticket: Uint8Array): EndpointState => {
        const state = states[Number.parseInt(text(ticket), 10)];
        if (state === undefined) throw new GizmoError('INVALID_ARGUMENT', `invalid flight: ${text(ticket)}`);
        return state;
      };
      return {
        getFlightInfo: answer((descriptor) => {
          const now = Date.now();
          states = [undefined, now + 5000, now + 6000].map((expiresAtMs) => ({
            expiresAtMs,
            reads: 0,
            cancelled: false,
          }));
          const endpoints = states.map(({ expiresAtMs }, i) => ({
            ticket: { ticket: bytes(`${i}: a flight`) },
            ...(expiresAtMs === undefined ? {} : { expirationTime: timestampFromMs(expiresAtMs) }),
          }));
          return flightInfo(UNSIGNED, descriptor, endpoints);
        }),
        doGet: answerAll(({ ticket }) => {
          const state = stateOf(ticket);
          const over = state.expiresAtMs === undefined ? state.reads > 0 : Date.now() > state.expiresAtMs;
          if (state.cancelled || over) throw new GizmoError('INVALID_ARGUMENT', 'invalid flight');
          state.reads++;
          return result(UNSIGNED, [[states.indexOf(state)]]);
        }),
        listActions: answerAll(() =>
          ['CancelFlightInfo', 'RenewFlightEndpoint'].map((type) => create(ActionTypeSchema, { type })),
        ),
        doAction: answerAll(({ type, body }) => {
          if (type === 'CancelFlightInfo') {
            const { info } = ACTIONS.CancelFlightInfo.decodeRequest(body);
            for (const { ticket } of info?.endpoint ?? [])
              stateOf(ticket?.ticket ?? bytes('')).cancelled = true;
            const status = CancelStatus.CANCELLED;
            return [create(ResultSchema, { body: ACTIONS.CancelFlightInfo.encodeResult({ status }) })];
          }
          const { endpoint } = ACTIONS.RenewFlightEndpoint.decodeRequest(body);
          const ticket = endpoint?.ticket?.ticket ?? bytes('');
          const expiresAtMs = Date.now() + 10_000;
          stateOf(ticket).expiresAtMs = expiresAtMs;
          const renewed = { ticket: { ticket }, expirationTime: timestampFromMs(expiresAtMs) };
          return [create(ResultSchema, { body: ACTIONS.RenewFlightEndpoint.encodeResult(renewed) })];
        }),
      };
    },
  };
}

const expirationDoGet = expirationTime(async (client) => {
  const info = await client.info(bytes('expiration_time'));
  for (const [i, { ticket, expirationTime: expires }] of info.endpoint.entries()) {
    check((expires === undefined) === (i === 0), `endpoint ${i} says when it expires`);
    const rows = await client.get(ticket?.ticket ?? bytes(''));
    check(rows.length === 1 && rows[0]?.[0] === i, `endpoint ${i} is its own number`);
  }
});

const expirationListActions = expirationTime(async (client) => {
  const names = await client.actions();
  check(names.sort().join() === 'CancelFlightInfo,RenewFlightEndpoint', `two actions, not ${names}`);
});

const expirationCancel = expirationTime(async (client) => {
  const info = await client.info(bytes('expiration_time'));
  const [body = bytes('')] = await client.action(
    'CancelFlightInfo',
    ACTIONS.CancelFlightInfo.encodeRequest({ info }),
  );
  const { status } = ACTIONS.CancelFlightInfo.decodeResult(body);
  check(status === CancelStatus.CANCELLED, `the status is CANCELLED, not ${status}`);
  for (const { ticket } of info.endpoint)
    await checkFails(client.get(ticket?.ticket ?? bytes('')), 'a DoGet after the cancellation');
});

const expirationRenew = expirationTime(async (client) => {
  const info = await client.info(bytes('expiration_time'));
  const time = (timestamp: Timestamp | undefined): number =>
    timestamp === undefined ? 0 : timestampMs(timestamp);
  for (const endpoint of info.endpoint.filter((each) => each.expirationTime !== undefined)) {
    const request = ACTIONS.RenewFlightEndpoint.encodeRequest({ endpoint });
    const [body = bytes('')] = await client.action('RenewFlightEndpoint', request);
    const renewed = ACTIONS.RenewFlightEndpoint.decodeResult(body);
    check(time(renewed.expirationTime) > time(endpoint.expirationTime), 'a renewed endpoint lives longer');
  }
});

const REUSE = 'arrow-flight-reuse-connection://?';

const reuseConnection: Scenario = {
  serve: () => ({
    getFlightInfo: answer((descriptor) =>
      flightInfo(NOTHING, descriptor, [{ ticket: { ticket: bytes('reuse') }, location: [{ uri: REUSE }] }]),
    ),
  }),
  run: async (client) => {
    const { endpoint } = await client.info(bytes('reuse'));
    const uris = endpoint.flatMap(({ location }) => location.map(({ uri }) => uri));
    check(endpoint.length === 1 && uris.join() === REUSE, `one endpoint at ${REUSE}, not ${uris}`);
  },
};

const poll: Scenario = {
  serve: () => ({
    pollFlightInfo: answer((descriptor) => {
      const info = flightInfo(UNSIGNED, descriptor, [{ ticket: { ticket: bytes('long-running query') } }]);
      if (text(descriptor.cmd) === 'poll') return create(PollInfoSchema, { info, progress: 1 });
      return create(PollInfoSchema, {
        info,
        flightDescriptor: { type: descriptor.type, cmd: bytes('poll') },
        progress: 0.1,
        expirationTime: timestampFromMs(Date.now() + 10_000),
      });
    }),
  }),
  run: async (client) => {
    const first = await client.poll(bytes('heavy query'));
    const { progress = -1 } = first;
    check(progress >= 0 && progress <= 1, `progress between 0 and 1, not ${progress}`);
    check(first.flightDescriptor !== undefined && first.expirationTime !== undefined, 'there is more to ask');
    const last = await client.poll(first.flightDescriptor.cmd);
    check(last.flightDescriptor === undefined && last.expirationTime === undefined, 'then it is done');
    check(last.progress === 1, `progress is 1 at the end, not ${last.progress}`);
  },
};

const appMetadata: Scenario = {
  serve: () => ({
    getFlightInfo: answer((descriptor) =>
      flightInfo(UNSIGNED, descriptor, [{ appMetadata: descriptor.cmd }], { appMetadata: descriptor.cmd }),
    ),
  }),
  run: async (client) => {
    const info = await client.info(bytes('foobar'));
    check(text(info.appMetadata) === 'foobar', 'the FlightInfo carries the metadata');
    check(info.endpoint.length === 1, 'there is one endpoint');
    check(text(info.endpoint[0]?.appMetadata ?? bytes('')) === 'foobar', 'the endpoint carries the metadata');
  },
};

const COOKIE = 'arrow_flight_session_id';

/** Options of a session that a cookie names. */
const sessionOptions: Scenario = {
  serve: () => {
    const sessions = new Map<string, Map<string, SessionOptionValue>>();
    return {
      doAction: (call) => {
        const cookie = String(call.metadata.get('cookie')[0] ?? '');
        const id = new RegExp(`${COOKIE}="?([^";]+)`).exec(cookie)?.[1] ?? String(sessions.size + 1);
        const options = sessions.get(id) ?? new Map<string, SessionOptionValue>();
        sessions.set(id, options);
        const headers = new Metadata();
        headers.set('set-cookie', `${COOKIE}=${id}`);
        call.sendMetadata(headers);
        answerAll<{ type: string; body: Uint8Array }, ReturnType<typeof create<typeof ResultSchema>>>(
          ({ type, body }) => [create(ResultSchema, { body: changeOptions(options, type, body) })],
        )(call as never);
      },
    };
  },
  run: async (client, port) => {
    const option = (value: SessionOptionValue['optionValue']) =>
      create(SessionOptionValueSchema, { optionValue: value });
    const words = ['a', 'b', 'sea', 'dee', ' ', '  ', 'geee', '(づ｡◕‿‿◕｡)づ'];
    const cookies = await client.cookies('GetSessionOptions');
    const session = connectRaw(port, cookies.length === 0 ? {} : { cookie: cookies.join('; ') });
    const get = async () => {
      const [body = bytes('')] = await session.action('GetSessionOptions');
      return ACTIONS.GetSessionOptions.decodeResult(body).sessionOptions;
    };
    const set = async (options: Record<string, SessionOptionValue>) => {
      const request = ACTIONS.SetSessionOptions.encodeRequest({ sessionOptions: options });
      const [body = bytes('')] = await session.action('SetSessionOptions', request);
      return ACTIONS.SetSessionOptions.decodeResult(body).errors;
    };
    check(Object.keys(await get()).length === 0, 'a new session has no options');
    const errors = await set({
      foolong: option({ case: 'int64Value', value: 123n }),
      bardouble: option({ case: 'doubleValue', value: 456 }),
      lol_invalid: option({ case: 'stringValue', value: 'never set' }),
      key_with_invalid_value: option({ case: 'stringValue', value: 'lol_invalid' }),
      big_ol_string_list: create(SessionOptionValueSchema, {
        optionValue: { case: 'stringListValue', value: { values: words } },
      }),
    });
    check(
      errors.lol_invalid?.value === SetSessionOptionsResult_ErrorValue.INVALID_NAME,
      'one name is invalid',
    );
    check(
      errors.key_with_invalid_value?.value === SetSessionOptionsResult_ErrorValue.INVALID_VALUE,
      'one value is invalid',
    );
    const after = await get();
    check(after.foolong?.optionValue.value === 123n, 'a long is kept');
    check(after.bardouble?.optionValue.value === 456, 'a double is kept');
    const list = after.big_ol_string_list?.optionValue;
    check(list?.case === 'stringListValue' && list.value.values.join() === words.join(), 'a list is kept');
    check(Object.keys(after).length === 3, 'what is invalid is not kept');
    check(
      Object.keys(await set({ foolong: option({ case: undefined }) })).length === 0,
      'an option is unset',
    );
    check(
      Object.keys(await get())
        .sort()
        .join() === 'bardouble,big_ol_string_list',
      'and gone',
    );
    const [closed = bytes('')] = await session.action('CloseSession');
    const { status } = ACTIONS.CloseSession.decodeResult(closed);
    check(status === CloseSessionResult_Status.CLOSED, `the session is closed, not ${status}`);
    session.close();
  },
};

function changeOptions(options: Map<string, SessionOptionValue>, type: string, body: Uint8Array): Uint8Array {
  switch (type) {
    case 'GetSessionOptions':
      return ACTIONS.GetSessionOptions.encodeResult({ sessionOptions: Object.fromEntries(options) });
    case 'CloseSession':
      return ACTIONS.CloseSession.encodeResult({ status: CloseSessionResult_Status.CLOSED });
    case 'SetSessionOptions': {
      const errors: Record<string, { value: SetSessionOptionsResult_ErrorValue }> = {};
      const { INVALID_NAME, INVALID_VALUE } = SetSessionOptionsResult_ErrorValue;
      for (const [name, value] of Object.entries(
        ACTIONS.SetSessionOptions.decodeRequest(body).sessionOptions,
      )) {
        if (name === 'lol_invalid') errors[name] = { value: INVALID_NAME };
        else if (value.optionValue.value === 'lol_invalid') errors[name] = { value: INVALID_VALUE };
        else if (value.optionValue.case === undefined) options.delete(name);
        else options.set(name, value);
      }
      return ACTIONS.SetSessionOptions.encodeResult({ errors });
    }
    default:
      throw new GizmoError('UNIMPLEMENTED', type);
  }
}

/** By the names that all implementations give them. */
export const FLIGHT_SCENARIOS: Readonly<Record<string, Scenario>> = {
  'auth:basic_proto': authBasicProto,
  middleware,
  ordered,
  'expiration_time:do_get': expirationDoGet,
  'expiration_time:list_actions': expirationListActions,
  'expiration_time:cancel_flight_info': expirationCancel,
  'expiration_time:renew_flight_endpoint': expirationRenew,
  'location:reuse_connection': reuseConnection,
  poll_flight_info: poll,
  app_metadata_flight_info_endpoint: appMetadata,
  session_options: sessionOptions,
};
