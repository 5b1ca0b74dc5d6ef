/** Asks a server how one logs in, before anybody has (see src/flight/login). */
import { type Client, Metadata } from '@grpc/grpc-js';
import { DISCOVER_USER, LOGIN_SETTINGS_HEADER } from '../../flight/login/login-settings.js';
import { flightService } from '../../flight/service.js';
import { abortReason } from '../../flight/signal.js';

/** The text of the answer; undefined where the server answers something else. Logs nobody in. */
export function askLoginSettings(
  client: Client,
  timeoutMs: number,
  signal?: AbortSignal,
): Promise<string | undefined> {
  const method = flightService.handshake;
  const metadata = new Metadata();
  metadata.set('authorization', `Basic ${Buffer.from(`${DISCOVER_USER}:`).toString('base64')}`);
  const call = client.makeBidiStreamRequest(
    method.path,
    method.requestSerialize,
    method.responseDeserialize,
    metadata,
    { deadline: Date.now() + timeoutMs },
  );
  return new Promise((resolve, reject) => {
    let settings: string | undefined;
    const onAbort = (): void => call.cancel();
    if (signal?.aborted) onAbort();
    signal?.addEventListener('abort', onAbort, { once: true });
    call.on('metadata', (headers: Metadata) => {
      const [value] = headers.get(LOGIN_SETTINGS_HEADER);
      if (typeof value === 'string') settings = value;
    });
    call.on('data', () => undefined);
    call.on('error', (error: unknown) => reject(signal?.aborted ? abortReason(signal) : error));
    call.on('status', ({ code }: { readonly code: number }) => {
      signal?.removeEventListener('abort', onAbort);
      if (code === 0) resolve(settings);
    });
    call.end();
  });
}
