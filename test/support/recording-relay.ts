/** A Flight server that hands every call on to another and remembers the messages that clients sent. */
import {
  credentials,
  Metadata,
  makeClientConstructor,
  Server,
  ServerCredentials,
  type ServerDuplexStream,
  type ServerUnaryCall,
  type ServerWritableStream,
  type ServiceError,
  type StatusObject,
  type sendUnaryData,
} from '@grpc/grpc-js';
import { flightService } from '../../src/flight/service.js';

export interface RecordedRequest {
  /** Such as `DoGet`. */
  readonly method: string;
  /** All that the client sent in one call, as it was on the wire, in base64. */
  readonly messages: readonly string[];
}

const asIs = (bytes: Buffer) => bytes;

/** `record` is called with each call that has been sent to its end. */
export async function startRelay(
  target: number,
  record: (request: RecordedRequest) => void,
): Promise<{ readonly port: number; stop(): void }> {
  const Client = makeClientConstructor({}, 'Relay');
  const client = new Client(`127.0.0.1:${target}`, credentials.createInsecure());
  const server = new Server({ 'grpc.max_receive_message_length': -1 });
  const fail = (call: { emit(event: 'error', error: unknown): unknown }) => (error: ServiceError) =>
    call.emit('error', error);

  for (const [name, { path, requestStream, responseStream }] of Object.entries(flightService)) {
    const method = path.slice(path.lastIndexOf('/') + 1);
    const keep = (...sent: readonly Buffer[]) =>
      record({ method, messages: sent.map((bytes) => bytes.toString('base64')) });
    const shape = {
      path,
      requestStream,
      responseStream,
      requestSerialize: asIs,
      requestDeserialize: asIs,
      responseSerialize: asIs,
      responseDeserialize: asIs,
    };
    const unary = (call: ServerUnaryCall<Buffer, Buffer>, done: sendUnaryData<Buffer>) => {
      keep(call.request);
      client.makeUnaryRequest(path, asIs, asIs, call.request, onward(call.metadata), done);
    };
    const stream = (call: ServerWritableStream<Buffer, Buffer>) => {
      keep(call.request);
      const out = client.makeServerStreamRequest(path, asIs, asIs, call.request, onward(call.metadata));
      out.on('metadata', (headers) => call.sendMetadata(headers));
      out.on('data', (message: Buffer) => call.write(message));
      out.on('error', fail(call));
      out.on('end', () => call.end());
      call.on('cancelled', () => out.cancel());
    };
    const duplex = (call: ServerDuplexStream<Buffer, Buffer>) => {
      const out = client.makeBidiStreamRequest(path, asIs, asIs, onward(call.metadata));
      const sent: Buffer[] = [];
      call.on('data', (message: Buffer) => {
        sent.push(message);
        out.write(message);
      });
      call.on('end', () => {
        keep(...sent);
        out.end();
      });
      out.on('metadata', (headers) => call.sendMetadata(headers));
      out.on('data', (message: Buffer) => call.write(message));
      out.on('error', fail(call));
      out.on('status', ({ code, metadata }: StatusObject) => {
        if (code === 0) call.end(metadata);
      });
    };
    const handler = requestStream ? duplex : responseStream ? stream : unary;
    server.addService({ [name]: shape }, { [name]: handler });
  }
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    ),
  );
  return {
    port,
    stop() {
      server.forceShutdown();
      client.close();
    },
  };
}

/** What a client said of itself; what is the transport's stays here. */
function onward(from: Metadata): Metadata {
  const metadata = new Metadata();
  for (const key of ['authorization', 'cookie']) {
    for (const value of from.get(key)) metadata.add(key, value);
  }
  return metadata;
}
