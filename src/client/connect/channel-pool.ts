/** The servers of one session: the one it is connected to, and those that name themselves as places of a result. */
import { GizmoError } from '../../errors.js';
import { isLoopback } from '../../runtime-file.js';
import type { FlightChannel } from './channel.js';
import { type Location, parseLocation } from './location.js';
import { openChannel } from './open-channel.js';
import type { ConnectOptions } from './options.js';

export class ChannelPool {
  readonly home: FlightChannel;
  readonly #options: ConnectOptions;
  readonly #others = new Map<string, FlightChannel>();

  constructor(home: FlightChannel, options: ConnectOptions) {
    this.home = home;
    this.#options = options;
  }

  /**
   * The channel to the first of `uris` that can be reached. An empty list means home, and so does
   * `arrow-flight-reuse-connection://?`. Other servers get the same credentials, as Flight has it: the first server,
   * which names them, knows these already. They never get them in the clear where home has TLS or is this machine.
   * @throws GizmoError UNIMPLEMENTED where no location is one for this client, UNAVAILABLE where none answers
   */
  async at(uris: readonly string[]): Promise<FlightChannel> {
    if (uris.length === 0 || uris.some(isReuse)) return this.home;
    const locations = uris.map(parseLocation).filter((location) => location !== undefined);
    if (locations.some((location) => this.#isHome(location))) return this.home;
    let failure: unknown = new GizmoError(
      'UNIMPLEMENTED',
      `The result lies at ${uris.slice(0, 3).join(', ')}, where this client does not go.`,
    );
    if (this.#options.followLocations === false) throw failure;
    for (const location of locations) {
      try {
        return await this.#reach(location);
      } catch (reason) {
        failure = reason;
      }
    }
    throw failure;
  }

  close(): void {
    for (const channel of this.#others.values()) channel.close();
    this.home.close();
  }

  async #reach({ host, port, tls }: Location): Promise<FlightChannel> {
    const key = `${host}:${port}`;
    const known = this.#others.get(key);
    if (known !== undefined) return known;
    if (!tls && this.#isExposed(host))
      throw new GizmoError(
        'FAILED_PRECONDITION',
        `A part of the result lies at ${key}, without TLS. The credentials of this connection are not sent there in the clear.`,
      );
    if (this.#others.size >= CHANNELS_MAX)
      throw new GizmoError('RESOURCE_EXHAUSTED', `The result lies on more than ${CHANNELS_MAX} servers.`);
    // A name that home's certificate must have is none for other servers.
    const { serverName: _, ...trust } = this.#options.tls ?? {};
    const options = { ...this.#options, host, port, tls: tls ? trust : undefined };
    const channel = await openChannel(options);
    const { authorization } = this.home;
    if (authorization !== undefined) channel.authorize(authorization);
    try {
      await channel.ready(options.connectTimeoutMs ?? CONNECT_TIMEOUT_MS);
    } catch (cause) {
      channel.close();
      if (channel.tls?.failure !== undefined) throw channel.tls.failure;
      throw new GizmoError('UNAVAILABLE', `A part of the result lies at ${key}, which does not answer.`, {
        cause,
      });
    }
    this.#others.set(key, channel);
    return channel;
  }

  /** Whether plaintext to a host shows more than the connection to home does. */
  #isExposed(host: string): boolean {
    return this.#options.tls !== undefined || (isLoopback(this.#options.host) && !isLoopback(host));
  }

  #isHome({ host, port, tls }: Location): boolean {
    const options = this.#options;
    return host === options.host && port === options.port && tls === (options.tls !== undefined);
  }
}

/** More servers than a result is spread over; each costs a connection. */
const CHANNELS_MAX = 64;
const CONNECT_TIMEOUT_MS = 10_000;

/** Flight.proto, `Location`: an empty URI stands for the same as an empty list. */
function isReuse(uri: string): boolean {
  return uri === '' || uri.startsWith('arrow-flight-reuse-connection:');
}
