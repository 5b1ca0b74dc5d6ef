/** The TLS side of a listener, put together from its configuration. */
import type { CertificatePrincipals } from '../../auth/certificate.js';
import type { TlsConfig } from '../../config/tls-config.js';
import type { Logger } from '../../telemetry/logger.js';
import { type ClientCertificates, createClientCertificates } from './client-certificates.js';
import { developmentAuthority } from './development-authority.js';
import { developmentIdentity, temporaryAuthority } from './development-identity.js';
import { readServerIdentity, type ServerIdentity } from './server-identity.js';
import { createTlsStore, type TlsStore } from './tls-store.js';

export interface OpenTls {
  readonly store: TlsStore;
  readonly clients: ClientCertificates | undefined;
  readonly certificateRequired: boolean;
}

/** @throws GizmoError USAGE, with the fix, where the files cannot serve */
export async function openTls(
  config: TlsConfig,
  parts: { readonly principals: CertificatePrincipals; readonly log: Logger; readonly nowMs: () => number },
): Promise<OpenTls> {
  const store = createTlsStore({ ...parts, config, readIdentity: await identitySource(config) });
  return {
    store,
    clients: config.clients && createClientCertificates({ ...parts, store }),
    certificateRequired: config.clients?.required ?? false,
  };
}

async function identitySource({ identity }: TlsConfig): Promise<(nowMs: number) => ServerIdentity> {
  if (identity.kind === 'auto') {
    const { directory } = identity;
    return developmentIdentity(
      directory === undefined ? temporaryAuthority() : await developmentAuthority(directory),
    );
  }
  return (nowMs) => readServerIdentity(identity.certFile, identity.keyFile, nowMs);
}
