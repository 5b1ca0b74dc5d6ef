/** What a server offers to whoever started it. */
import type { GizmoError } from '../errors.js';
import type { Engine, EngineCounts, IngestRequest } from './engine/engine.js';
import type { OpenTls } from './listener/tls/open-tls.js';
import type { CertificateMapping } from './model/certificate-mapping.js';
import type { BatchStores } from './statement/batch-store.js';

export interface RunningServer {
  readonly address: { readonly host: string; readonly port: number };
  /** Made because no other way in is configured; undefined otherwise. Show it to nobody but the user. */
  readonly startupToken: string | undefined;
  readonly username: string;
  readonly engine: Pick<Engine, 'name' | 'version'>;
  /** What a client needs to know the server by, and how to hear of its replacement; undefined without TLS. */
  readonly tls: ServerTls | undefined;
  /** Reads certificates, keys, CAs and revocation lists again; what cannot serve is refused and logged. */
  reloadCertificates(): void;
  /** Puts another table of certificate principals in force, on open connections too. */
  replaceCertificatePrincipals(mappings: readonly CertificateMapping[]): void;
  /** What the server holds for its clients at this moment; nothing of it may outlive whom it is held for. */
  holdings(): Promise<Holdings>;
  /** Loads Arrow data for whoever started the server, through the same steps as everybody's statements. */
  load(request: IngestRequest): Promise<{ readonly rows: number }>;
  /** Resolves when the engine cannot go on; the server takes no statements any more and should be stopped. */
  readonly failed: Promise<GizmoError>;
  /** How long statements may still run once it is being stopped, as SET GLOBAL has it now. */
  readonly graceMs: number;
  /**
   * Lets calls finish for `graceMs` (default: as configured), ends the rest, closes the database. Idempotent. False where
   * the engine still plans what it cannot interrupt: then it is not closed, and the process should be ended.
   */
  stop(graceMs?: number): Promise<boolean>;
  /** Ends what still runs, for somebody who will not wait for {@link stop} to be patient. */
  giveUp(): void;
}

/** Numbers of things, of the whole server. */
export interface Holdings {
  readonly sockets: number;
  readonly sessions: number;
  readonly prepared: number;
  readonly tickets: number;
  readonly keptBytes: number;
  readonly stores: BatchStores['inUse'];
  readonly engine: EngineCounts;
}

export interface ServerTls {
  /** Hex SHA-256 of the SubjectPublicKeyInfo in force. */
  readonly pin: string;
  /** PEM of what clients of this user are to trust; undefined where the operator's certificate has a CA of its own. */
  readonly roots: string | undefined;
  onReplaced(callback: () => void): void;
}

/** Goes on being right when certificates are replaced. */
export function describeTls({ store }: OpenTls): ServerTls {
  return {
    get pin() {
      return store.current.identity.pin;
    },
    get roots() {
      return store.current.identity.roots;
    },
    onReplaced: (callback) => store.onReplaced(() => callback()),
  };
}
