/**
 * Client certificates as identities: which principal a verified certificate stands for. The table is what lets in,
 * not the CA: a certificate that maps to nobody is refused. Without a table certificates name nobody.
 */
import { GizmoError } from '../../errors.js';
import type { CertificateMapping } from '../model/certificate-mapping.js';
import type { PeerCertificate } from '../model/peer-certificate.js';
import type { Principal } from '../model/principal.js';
import { makePrincipal } from './make-principal.js';

export interface CertificatePrincipals {
  /** Whether certificates name people here, and do not only open the connection. */
  readonly areIdentities: boolean;
  /**
   * Whom a certificate names: its pin is looked up before its common name. Undefined without a certificate, and
   * where no table is configured. Throws UNAUTHENTICATED for one that the table does not have.
   */
  identify(certificate: PeerCertificate | undefined): Principal | undefined;
  /** Puts another table in place of this one; calls from now on are judged by it. */
  replace(mappings: readonly CertificateMapping[]): void;
}

/** `mappings` undefined: certificates only gate the connection and name nobody. */
export function createCertificatePrincipals(
  mappings: readonly CertificateMapping[] | undefined,
): CertificatePrincipals {
  let table = mappings && indexMappings(mappings);
  return {
    get areIdentities() {
      return table !== undefined;
    },
    identify(certificate) {
      if (certificate === undefined || table === undefined) return undefined;
      const { pin, commonName } = certificate;
      const principal =
        table.get(`spki:${pin}`) ?? (commonName === undefined ? undefined : table.get(`cn:${commonName}`));
      if (principal !== undefined) return principal;
      throw new GizmoError(
        'UNAUTHENTICATED',
        `The client certificate ${commonName === undefined ? '' : `of ${JSON.stringify(commonName)} `}is genuine, but stands for nobody here. The server's operator can add it with --mtls-principal.`,
      );
    },
    replace(next) {
      table = indexMappings(next);
    },
  };
}

/**
 * The one person that a certificate and a credential show, the certificate's view of them before the credential's;
 * the catalogs that the credential is limited to stay limited.
 * Throws UNAUTHENTICATED where they name two, and where a session token that was got by certificate comes without.
 */
export function onePerson(
  certified: Principal | undefined,
  shown: Principal | undefined,
  needsCertificate: boolean,
): Principal | undefined {
  if (needsCertificate && certified === undefined) {
    throw new GizmoError(
      'UNAUTHENTICATED',
      'This session token was given to a client certificate and is good only together with it.',
    );
  }
  if (certified !== undefined && shown !== undefined && certified.name !== shown.name) {
    throw new GizmoError(
      'UNAUTHENTICATED',
      'The client certificate and the credential name different people. Send one of them, or two of the same person.',
    );
  }
  if (certified === undefined || shown?.catalogAccess === undefined) return certified ?? shown;
  return makePrincipal(certified.name, certified.role, certified.method, shown.catalogAccess);
}

function indexMappings(mappings: readonly CertificateMapping[]): Map<string, Principal> {
  return new Map(
    mappings.map(({ by, value, name, role }) => [`${by}:${value}`, makePrincipal(name, role, 'certificate')]),
  );
}
