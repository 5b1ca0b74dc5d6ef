/**
 * Which client certificates are accepted, at the handshake and at each later look: OpenSSL has verified the chain
 * once, this says whether it still leads to a CA of the current bundle, is within its dates, and is not revoked.
 * Revocation is decided here alone, so that a stale list and a missing one have their own sentences.
 */
import type { X509Certificate } from 'node:crypto';
import { GizmoError } from '../../../errors.js';
import { type Crl, findRevocation, readCrls, verifyCrl } from '../../../pki/crl.js';
import { readCertificates, toPem } from '../../../pki/pem.js';
import type { ClientCertificatesConfig } from '../../config/tls-config.js';
import { readTlsFile } from './read-file.js';

export interface ClientTrust {
  readonly anchors: readonly X509Certificate[];
  /** The same as PEM, for OpenSSL. */
  readonly ca: string;
  /** The lists' bytes tell two readings of the files apart. Undefined where no lists are configured. */
  readonly lists: readonly Crl[] | undefined;
  /** The newest list that this CA signed. */
  readonly listOf: (ca: X509Certificate) => Crl | undefined;
  readonly crlStale: 'refuse' | 'warn';
  /** What should be better at a time, in sentences. */
  readonly warnings: (nowMs: number) => string[];
}

/** What is thought of a certificate, and until when that can be relied on. */
export interface Verdict {
  /** An UNAUTHENTICATED GizmoError; undefined: accepted. */
  readonly refusal: GizmoError | undefined;
  readonly untilMs: number;
}

/** @throws GizmoError USAGE, with the fix, for files that cannot serve */
export function readClientTrust(config: ClientCertificatesConfig, nowMs: number): ClientTrust {
  const { caFile, crlFile, crlStale } = config;
  const anchors = readCertificates(readTlsFile(caFile, '--mtls-ca-cert-filename'), caFile);
  if (!anchors.some(({ ca }) => ca)) throw badCa(caFile, 'no certificate in it is that of a CA');
  if (!anchors.some(({ validTo }) => Date.parse(validTo) > nowMs))
    throw badCa(caFile, 'every certificate in it has expired');
  const lists = crlFile === undefined ? undefined : readCrls(readTlsFile(crlFile, CRL_FLAG), crlFile);
  const listOf = findListOf(lists ?? []);
  if (crlFile !== undefined && !anchors.some(listOf)) {
    throw new GizmoError(
      'USAGE',
      `${CRL_FLAG} ${crlFile} is not the revocation list of a CA in ${caFile}. Give the list that this CA signed: gizmo pki crl makes it.`,
    );
  }
  return {
    anchors,
    ca: anchors.map(({ raw }) => toPem('CERTIFICATE', raw)).join(''),
    lists,
    listOf,
    crlStale,
    warnings: (atMs) => [
      ...anchors.flatMap((ca) => warnOfCa(ca, caFile, atMs)),
      ...(crlFile === undefined
        ? []
        : anchors.flatMap((ca) => warnOfList(ca, listOf(ca), crlFile, crlStale, atMs))),
    ],
  };
}

/**
 * @param chain as the handshake verified it, the client's own certificate first
 */
export function judgeChain(trust: ClientTrust, chain: readonly X509Certificate[], nowMs: number): Verdict {
  const path = findPath(chain, trust.anchors);
  if (path === undefined) return refuse('is not signed by a CA that this server trusts for clients');
  let untilMs = Number.POSITIVE_INFINITY;
  for (const [index, certificate] of path.entries()) {
    const { validFrom, validTo } = certificate;
    const whose = index === 0 ? '' : 'has a CA that ';
    if (Date.parse(validTo) <= nowMs) return refuse(`${whose}expired on ${validTo}`);
    if (Date.parse(validFrom) > nowMs) return refuse(`${whose || 'is '}not valid before ${validFrom}`);
    untilMs = Math.min(untilMs, Date.parse(validTo));
    const issuer = path[index + 1];
    if (trust.lists === undefined || issuer === undefined) continue;
    const verdict = judgeRevocation(trust, certificate, issuer, nowMs);
    if (verdict.refusal !== undefined) return verdict;
    untilMs = Math.min(untilMs, verdict.untilMs);
  }
  return { refusal: undefined, untilMs };
}

const CRL_FLAG = '--mtls-crl-filename';
/** A list that ends within this is worth a word. */
const LIST_NEAR_END_MS = 2 * 86_400_000;

/**
 * From the client's certificate to an anchor, both included. What Node says the chain is goes by names; each
 * signature is looked at again.
 */
function findPath(
  chain: readonly X509Certificate[],
  anchors: readonly X509Certificate[],
): X509Certificate[] | undefined {
  const path: X509Certificate[] = [];
  for (const certificate of chain) {
    const below = path.at(-1);
    if (below !== undefined && !isIssuedBy(below, certificate)) return undefined;
    path.push(certificate);
    if (anchors.some(({ raw }) => raw.equals(certificate.raw))) return path;
    const anchor = anchors.find((it) => isIssuedBy(certificate, it));
    if (anchor !== undefined) return [...path, anchor];
  }
  return undefined;
}

function isIssuedBy(certificate: X509Certificate, issuer: X509Certificate): boolean {
  return issuer.ca && certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);
}

function judgeRevocation(
  { listOf, crlStale }: ClientTrust,
  certificate: X509Certificate,
  issuer: X509Certificate,
  nowMs: number,
): Verdict {
  const list = listOf(issuer);
  if (list === undefined) return refuse('cannot be accepted: this server has no revocation list of its CA');
  if (findRevocation(list, certificate) !== undefined) return refuse('has been revoked');
  if (crlStale === 'warn') return { refusal: undefined, untilMs: Number.POSITIVE_INFINITY };
  const untilMs = list.nextUpdate?.getTime() ?? 0;
  if (untilMs > nowMs) return { refusal: undefined, untilMs };
  return refuse(
    'cannot be accepted now: the revocation list of its CA is out of date. The server’s operator must renew it',
  );
}

/** Verifying a list takes time in proportion to its length, so once for each CA. */
function findListOf(lists: readonly Crl[]): (ca: X509Certificate) => Crl | undefined {
  const known = new Map<string, Crl | undefined>();
  return (ca) => {
    const name = ca.fingerprint256;
    if (!known.has(name)) known.set(name, newest(lists.filter((list) => verifyCrl(list, ca))));
    return known.get(name);
  };
}

function newest(lists: readonly Crl[]): Crl | undefined {
  return [...lists].sort((a, b) => b.thisUpdate.getTime() - a.thisUpdate.getTime())[0];
}

function warnOfCa(ca: X509Certificate, caFile: string, nowMs: number): string[] {
  if (Date.parse(ca.validTo) > nowMs) return [];
  return [`A CA in ${caFile} expired on ${ca.validTo}; client certificates that it signed are refused.`];
}

function warnOfList(
  ca: X509Certificate,
  list: Crl | undefined,
  crlFile: string,
  stale: 'refuse' | 'warn',
  nowMs: number,
): string[] {
  const whose = ca.subject.replaceAll('\n', ', ');
  if (list === undefined)
    return [
      `${crlFile} has no revocation list of the CA ${whose}: client certificates that it signed are refused.`,
    ];
  const end = list.nextUpdate;
  if (end !== undefined && end.getTime() > nowMs + LIST_NEAR_END_MS) return [];
  const when =
    end === undefined ? 'does not say until when it is good' : `is good until ${end.toISOString()}`;
  const then =
    stale === 'refuse' ? 'After that client certificates are refused' : 'After that it is used all the same';
  return [
    `The revocation list in ${crlFile} ${when}. ${then} (--crl-stale ${stale}). Renew it: gizmo pki crl`,
  ];
}

function badCa(caFile: string, why: string): GizmoError {
  return new GizmoError(
    'USAGE',
    `--mtls-ca-cert-filename ${caFile}: ${why}. Give the certificate of the CA that signs client certificates; gizmo pki init makes one.`,
  );
}

function refuse(what: string): Verdict {
  return {
    refusal: new GizmoError('UNAUTHENTICATED', `The client certificate ${what}.`),
    untilMs: Number.POSITIVE_INFINITY,
  };
}
