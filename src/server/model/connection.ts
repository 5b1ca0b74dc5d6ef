/** One transport connection, as the parts above the listener see it. */
import type { PeerCertificate } from './peer-certificate.js';

export interface Connection {
  /** Opaque, unique in this process. */
  readonly id: string;
  /** `address:port` of the other end, for logs. */
  readonly peer: string;
  /** Where that is (`networkOf`): whose failed logins count together. */
  readonly network: string;
  /** What the other end proved to hold; undefined where it showed none. Only to be believed while accepted. */
  readonly certificate: PeerCertificate | undefined;
  /**
   * Aborted once that certificate is not accepted, or no longer; the reason is an UNAUTHENTICATED GizmoError.
   * Undefined where there is no certificate.
   */
  readonly refused: AbortSignal | undefined;
  /** Throws that reason. Looks at the clock too: to be asked at every call. */
  assertAccepted(): void;
  /** Says that somebody known calls over it: until then it lives for a short time only. */
  trust(): void;
  /** Calls back once when the connection is gone; at once if it already is. The answer takes the callback back. */
  onClose(callback: () => void): () => void;
}
