import type { Role } from './principal.js';

/** One entry of the table that says whom client certificates stand for. */
export interface CertificateMapping {
  /** Name of the principal. */
  readonly name: string;
  readonly role: Role;
  /** `cn`: the whole common name, letter by letter; `spki`: the pin of the key, as in PeerCertificate. */
  readonly by: 'cn' | 'spki';
  readonly value: string;
}
