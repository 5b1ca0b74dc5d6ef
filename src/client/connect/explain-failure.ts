/** Why a call failed, in plain words. */
import { GizmoError } from '../../errors.js';
import { fromStatus } from '../../flight/status.js';
import type { TlsCredentials } from './tls-credentials.js';

/** Says what grpc-js says in its own words; `tls` may know better why a connection failed. */
export function explainFailure(reason: unknown, tls: TlsCredentials | undefined): GizmoError {
  const error = fromStatus(reason);
  if (error.code === 'UNAVAILABLE' && TRANSPORT_FAILURE.test(error.message))
    return (
      tls?.failure ??
      new GizmoError('UNAVAILABLE', 'The connection to the server was lost.', { cause: reason })
    );
  if (error.code === 'RESOURCE_EXHAUSTED' && /larger than max/.test(error.message))
    return new GizmoError(
      'RESOURCE_EXHAUSTED',
      `A message is larger than this client accepts; raise receiveBytesMax. (${error.message})`,
      { cause: reason },
    );
  return error;
}

const TRANSPORT_FAILURE =
  /^(Connection dropped|No connection established|read E|write E|Failed to connect|Name resolution|The server answered)/;
