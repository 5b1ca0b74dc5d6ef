/** PEM bundles (RFC 7468). */

/** The certificates of a text, each without line end; other blocks and remarks between them are left out. */
export function splitCertificates(text: string): string[] {
  return text.match(PEM_CERTIFICATE) ?? [];
}

const PEM_CERTIFICATE = /-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/g;
