/** The client certificates on open connections: judged when they are shown, and again whenever the grounds change. */
import type { X509Certificate } from 'node:crypto';
import type { TLSSocket } from 'node:tls';
import { GizmoError, toGizmoError } from '../../../errors.js';
import type { CertificatePrincipals } from '../../auth/certificate.js';
import type { PeerCertificate } from '../../model/peer-certificate.js';
import type { Logger } from '../../telemetry/logger.js';
import type { ShownCertificate } from '../connections.js';
import { type Acceptance, createAcceptance } from './acceptance.js';
import { judgeChain, type Verdict } from './client-trust.js';
import { isFirstVersion } from './first-version.js';
import { describeVerification } from './handshake-failure.js';
import { describePeer, readPeerChain } from './peer-chain.js';
import type { TlsStore } from './tls-store.js';

export interface ClientCertificates {
  /** What a finished handshake showed; undefined where that is no certificate. */
  show(socket: TLSSocket, peer: string): ShownCertificate | undefined;
  /** Judges those of all open connections anew. */
  rejudge(): void;
}

export interface ClientCertificatesOptions {
  readonly store: TlsStore;
  readonly principals: CertificatePrincipals;
  readonly log: Logger;
  readonly nowMs: () => number;
}

export function createClientCertificates(options: ClientCertificatesOptions): ClientCertificates {
  const { store, principals, log, nowMs } = options;
  const open = new Set<Acceptance>();
  const complainedOf = new Set<string>();

  /** The verdict of today's CAs, lists and table. Whoever became somebody else must connect again. */
  function judgeVerified(certificate: PeerCertificate, chain: readonly X509Certificate[]): () => Verdict {
    let first: string | undefined;
    return () => {
      const { clients } = store.current;
      if (clients === undefined) return refuse('is not asked for here');
      const verdict = judgeChain(clients, chain, nowMs());
      if (verdict.refusal !== undefined) return verdict;
      try {
        const principal = principals.identify(certificate);
        const who = JSON.stringify([principal?.name, principal?.role]);
        first ??= who;
        return who === first ? verdict : refuse('stands for somebody else now. Connect again');
      } catch (error) {
        return { ...verdict, refusal: toGizmoError(error) };
      }
    };
  }

  /** Certificates by the recipes in the field are accepted, with a word on what they lack. */
  function complain(own: X509Certificate, fields: Readonly<Record<string, string | undefined>>): void {
    const flaws = [
      isFirstVersion(own) && 'is of X.509 version 1',
      own.ca && 'is that of a CA (CA:TRUE)',
      own.keyUsage === undefined && 'has no extended key usage',
    ].filter((flaw) => flaw !== false);
    if (flaws.length === 0 || complainedOf.has(own.fingerprint256)) return;
    if (complainedOf.size < COMPLAINTS_MAX) complainedOf.add(own.fingerprint256);
    log.warning(`A client certificate ${flaws.join(' and ')}. Better: gizmo pki issue NAME --client`, fields);
  }

  return {
    show(socket, peer) {
      const chain = readPeerChain(socket);
      const [own] = chain;
      if (own === undefined) return undefined;
      const certificate = describePeer(own);
      const { commonName, pin } = certificate;
      const fields = { kind: 'tls', peer, peer_identity: commonName, pin };
      // One that was shown and is wrong is refused where none would have been welcome, and each call is told why.
      const acceptance = createAcceptance(
        socket.authorized
          ? judgeVerified(certificate, chain)
          : () => refuse(describeVerification(String(socket.authorizationError))),
        nowMs,
      );
      const { refused } = acceptance;
      open.add(acceptance);
      socket.once('close', () => {
        acceptance.stop();
        open.delete(acceptance);
      });
      const report = () =>
        log.warning('client certificate refused', {
          ...fields,
          reason: toGizmoError(refused.reason).message,
        });
      if (refused.aborted) report();
      else {
        refused.addEventListener('abort', report, { once: true });
        complain(own, fields);
      }
      return { certificate, refused, assertAccepted: () => acceptance.assertAccepted() };
    },
    rejudge() {
      for (const acceptance of open) acceptance.rejudge();
    },
  };
}

/** Certificates that were complained of already; more are not remembered, and complained of again. */
const COMPLAINTS_MAX = 1000;

function refuse(what: string): Verdict {
  return {
    refusal: new GizmoError('UNAUTHENTICATED', `The client certificate ${what}.`),
    untilMs: Number.POSITIVE_INFINITY,
  };
}
