/** How grpc-js is to keep a connection. */
import type { ChannelOptions } from '@grpc/grpc-js';
import { isLoopback } from '../../runtime-file.js';
import { VERSION } from '../../version.js';
import type { ConnectOptions } from './options.js';

/** Sizes in bytes; -1 is no limit. */
export function channelOptions({ host, receiveBytesMax = -1 }: ConnectOptions): ChannelOptions {
  return {
    'grpc.primary_user_agent': `gizmo-client/${VERSION}`,
    'grpc.max_send_message_length': -1,
    'grpc.max_receive_message_length': receiveBytesMax,
    // Nothing runs twice behind our back, and two clients in one process are two sessions.
    'grpc.enable_retries': 0,
    'grpc.use_local_subchannel_pool': 1,
    'grpc.service_config_disable_resolution': 1,
    // With the default window of 64 KiB a result moves at a third of the speed.
    'grpc-node.flow_control_window': 4 * 1024 * 1024,
    // A peer that is gone is noticed while a statement runs, too.
    'grpc.keepalive_time_ms': 30_000,
    'grpc.keepalive_timeout_ms': 10_000,
    // A proxy from the environment is for other machines.
    'grpc.enable_http_proxy': isLoopback(host) ? 0 : 1,
  };
}
