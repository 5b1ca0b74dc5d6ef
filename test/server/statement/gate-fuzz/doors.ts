/** How a statement is sent, and what comes back of it. */
import { status } from '@grpc/grpc-js';
import type { FlightDataMessage } from '../../../../src/flight/flight-data.js';
import { buildBatch } from '../../../../src/flight/ipc/build.js';
import { encodeSchema } from '../../../../src/flight/ipc/schema.js';
import { type ArrowSchema, field, type IpcMessage } from '../../../../src/flight/ipc/types.js';
import { encodeCommand } from '../../../../src/flight/sql/command.js';
import { readTokens } from '../../../../src/sql/lexer.js';
import { collect, decodeRows, type RawClient, ticketOf } from '../../../support/raw-client.js';

/**
 * `bound` sends the constants of a text as parameters; `kept` is prepared, run and kept, and `again` runs what was kept last.
 * What is sent by `ingest` and `metadata` is the JSON of a message.
 */
export type Door =
  | 'query'
  | 'update'
  | 'prepared'
  | 'bound'
  | 'exchange'
  | 'kept'
  | 'again'
  | 'ingest'
  | 'metadata';

export interface Answer {
  readonly code: number;
  readonly details: string;
  /** Everything that came, byte for byte. */
  readonly bytes: string;
  readonly rows: readonly (readonly unknown[])[];
}

const NOTHING: Answer = { code: status.OK, details: '', bytes: '', rows: [] };
const NO_BODY = new Uint8Array(0);

/** What a session has kept last. */
const kept = new WeakMap<RawClient, Uint8Array>();

/** Sends a statement through a door. */
export async function answerOf(client: RawClient, sql: string, door: Door): Promise<Answer> {
  try {
    if (door === 'exchange') return answerFrom(await exchanged(client, sql));
    if (door === 'update') await client.update(sql);
    if (door === 'ingest') await client.put(ingestOf(sql), [BATCH_SCHEMA, BATCH]);
    const cmd = await commandFor(client, sql, door);
    if (cmd === undefined) return NOTHING;
    const info = await client.info(cmd);
    return answerFrom(await collect<FlightDataMessage>(client.openGet(ticketOf(info))), info.schema);
  } catch (error) {
    const { code, details } = error as { code: number; details: string };
    if (details === undefined) throw error;
    return { code, details, bytes: details, rows: [] };
  }
}

function answerFrom(messages: readonly FlightDataMessage[], schema: Uint8Array = NO_BODY): Answer {
  const parts = [schema, ...messages.flatMap(({ header, body, appMetadata }) => [header, body, appMetadata])];
  const bytes = parts.map((it) => Buffer.from(it ?? []).toString('latin1')).join('\n');
  return { ...NOTHING, bytes, rows: decodeRows(messages) };
}

async function exchanged(client: RawClient, query: string): Promise<readonly FlightDataMessage[]> {
  const { call, send, answer } = client.openExchange();
  try {
    send(encodeCommand({ type: 'CommandStatementQuery', message: { query } }));
    const { result, end } = await answer();
    try {
      end();
    } catch (error) {
      const { message } = error as Error;
      throw Object.assign(new Error(message), { code: status.UNKNOWN, details: message });
    }
    return result;
  } finally {
    call.end();
  }
}

/** The command whose result is fetched; undefined where there is none. */
async function commandFor(client: RawClient, query: string, door: Door): Promise<Uint8Array | undefined> {
  if (door === 'update' || door === 'ingest') return undefined;
  if (door === 'query') return encodeCommand({ type: 'CommandStatementQuery', message: { query } });
  if (door === 'again') return kept.get(client);
  if (door === 'metadata') return encodeCommand(JSON.parse(query));
  const { text, values } = door === 'bound' ? withParameters(query) : { text: query, values: [] };
  const preparedStatementHandle = await client.prepare(text);
  const cmd = encodeCommand({ type: 'CommandPreparedStatementQuery', message: { preparedStatementHandle } });
  if (door === 'kept') kept.set(client, cmd);
  if (values.length > 0) await client.put(cmd, parametersOf(values));
  return cmd;
}

/** Its numbers and texts as parameters. */
function withParameters(sql: string): {
  readonly text: string;
  readonly values: readonly (string | number)[];
} {
  const values: (string | number)[] = [];
  let text = '';
  for (const { kind, start, end } of readTokens(sql)) {
    const written = sql.slice(start, end);
    const isText = kind === 'string' && /^'[^']*'$/.test(written);
    const isNumber = kind === 'number' && /^\d{1,8}$/.test(written);
    if (isText) values.push(written.slice(1, -1));
    if (isNumber) values.push(Number(written));
    text += isText || isNumber ? '?' : written;
  }
  return { text, values };
}

function parametersOf(values: readonly (string | number)[]): readonly IpcMessage[] {
  const schema: ArrowSchema = {
    fields: values.map((it, at) =>
      field(String(at), typeof it === 'string' ? { kind: 'utf8' } : { kind: 'int', bits: 32, signed: true }),
    ),
  };
  return [
    { header: encodeSchema(schema), body: NO_BODY },
    buildBatch(
      schema,
      values.map((it) => [it]),
    ),
  ];
}

const LOADED: ArrowSchema = {
  fields: [
    field('a', { kind: 'int', bits: 32, signed: true }),
    field('b', { kind: 'utf8' }),
    field('c', { kind: 'int', bits: 32, signed: true }),
  ],
};
const BATCH_SCHEMA: IpcMessage = { header: encodeSchema(LOADED), body: NO_BODY };
const BATCH = buildBatch(LOADED, [[2], ['x'], [9]]);

const ingestOf = (json: string): Uint8Array =>
  encodeCommand({ type: 'CommandStatementIngest', message: JSON.parse(json) });
