/** One transport connection, as the parts above the listener see it. */
export interface Connection {
  /** Opaque, unique in this process. */
  readonly id: string;
  /** `address:port` of the other end, for logs. */
  readonly peer: string;
  /** Says that somebody known calls over it: until then it lives for a short time only. */
  trust(): void;
  /** Calls back once when the connection is gone; at once if it already is. The answer takes the callback back. */
  onClose(callback: () => void): () => void;
}
