/** A channel with the security its options ask for. */
import { FlightChannel } from './channel.js';
import type { ConnectOptions } from './options.js';

/**
 * Opens no connection yet. What TLS takes, the system's authorities above all, is loaded only where it is used.
 * @throws GizmoError USAGE for certificates, keys and pins that are none, or that contradict each other
 */
export async function openChannel(options: ConnectOptions): Promise<FlightChannel> {
  const { host, port, tls, warn } = options;
  if (tls === undefined) return new FlightChannel(options, undefined);
  const { TlsCredentials } = await import('./tls-credentials.js');
  return new FlightChannel(options, new TlsCredentials(host, port, tls, warn));
}
