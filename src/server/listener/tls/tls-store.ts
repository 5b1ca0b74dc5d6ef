/**
 * The TLS material that is in force, and its replacement while the server runs. What cannot serve is refused and
 * logged, and what was there before goes on.
 */
import { toGizmoError } from '../../../errors.js';
import type { TlsConfig } from '../../config/tls-config.js';
import type { Logger } from '../../telemetry/logger.js';
import type { ServerIdentity } from './server-identity.js';
import { isSameMaterial, readTlsMaterial, type TlsMaterial } from './tls-material.js';
import { watchFiles } from './watch-files.js';

export interface TlsStore {
  readonly current: TlsMaterial;
  /** Reads everything again; `why` is for the log. Never throws. */
  reload(why: string): void;
  /** Calls back after each replacement. */
  onReplaced(callback: (material: TlsMaterial) => void): void;
  stop(): void;
}

export interface TlsStoreOptions {
  readonly config: TlsConfig;
  readonly readIdentity: (nowMs: number) => ServerIdentity;
  readonly log: Logger;
  readonly nowMs: () => number;
}

/** @throws GizmoError USAGE, with the fix, where the material cannot serve */
export function createTlsStore({ config, readIdentity, log, nowMs }: TlsStoreOptions): TlsStore {
  const read = () => readTlsMaterial(config, nowMs(), readIdentity);
  let current = read();
  let lastRefusal: string | undefined;
  const callbacks: ((material: TlsMaterial) => void)[] = [];

  function remind(): void {
    for (const sentence of warningsOf(current, nowMs())) log.warning(sentence, { kind: 'tls' });
  }

  const store: TlsStore = {
    get current() {
      return current;
    },
    reload(why) {
      let next: TlsMaterial;
      try {
        next = read();
      } catch (error) {
        const { message, detail } = toGizmoError(error);
        // Once for each: a file may be looked at many times before it is mended.
        if (message !== lastRefusal)
          log.error('the new TLS files cannot serve, so those of before go on', {
            kind: 'tls',
            why,
            reason: message,
            detail,
          });
        lastRefusal = message;
        return;
      }
      lastRefusal = undefined;
      if (isSameMaterial(current, next)) {
        log.debug('the TLS files are as before', { kind: 'tls', why });
        return;
      }
      current = next;
      log.info('TLS certificates replaced', {
        kind: 'tls',
        why,
        not_after: new Date(next.identity.notAfterMs).toISOString(),
        pin: next.identity.pin,
        revoked: next.clients?.lists?.reduce((sum, { serials }) => sum + serials.size, 0),
      });
      remind();
      for (const callback of callbacks) callback(next);
    },
    onReplaced: (callback) => callbacks.push(callback),
    stop() {
      clearInterval(renewer);
      clearInterval(reminder);
      unwatch();
    },
  };

  remind();
  const reminder = setInterval(remind, DAY_MS);
  reminder.unref();
  const renewer = setInterval(() => {
    if (nowMs() >= (current.identity.renewAtMs ?? Number.POSITIVE_INFINITY)) store.reload('renewal');
  }, RENEWAL_LOOK_MS);
  renewer.unref();
  const unwatch = watchFiles(filesOf(config), () => store.reload('files changed'));
  return store;
}

/** What the operator should do something about. */
export function warningsOf({ identity, clients }: TlsMaterial, nowMs: number): string[] {
  const warnings = [...identity.warnings, ...(clients?.warnings(nowMs) ?? [])];
  const leftMs = identity.notAfterMs - nowMs;
  // One that is renewed by itself concerns nobody before that fails.
  if (leftMs < (identity.renewAtMs === undefined ? EXPIRY_WARNING_MS : 0)) {
    const on = new Date(identity.notAfterMs).toISOString();
    warnings.push(
      leftMs > 0
        ? `The server's certificate expires on ${on}, in ${Math.ceil(leftMs / DAY_MS)} days. Replace its files; the server takes the new ones by itself.`
        : `The server's certificate expired on ${on}: clients refuse it. Replace its files; the server takes the new ones by itself.`,
    );
  }
  return warnings;
}

const DAY_MS = 86_400_000;
const EXPIRY_WARNING_MS = 30 * DAY_MS;
const RENEWAL_LOOK_MS = 60_000;

function filesOf({ identity, clients }: TlsConfig): string[] {
  const own = identity.kind === 'files' ? [identity.certFile, identity.keyFile] : [];
  return [...own, clients?.caFile, clients?.crlFile].filter((file) => file !== undefined);
}
