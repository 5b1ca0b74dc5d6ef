/** A client certificate, reduced to what the parts above the listener ask of it. */
export interface PeerCertificate {
  /** The subject's common name; undefined where there is none, or more than one and so no telling which. */
  readonly commonName: string | undefined;
  /** Hex SHA-256 of its SubjectPublicKeyInfo. */
  readonly pin: string;
  /** Hex digits, as its issuer numbered it. */
  readonly serialNumber: string;
}
