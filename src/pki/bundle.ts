/** Puts certificates into the order TLS sends them in, and writes them as one PEM file or PKCS#12. */
import type { X509Certificate } from 'node:crypto';
import { GizmoError } from '../errors.js';
import { oneLine } from './describe.js';
import type { AskPassphrase } from './directory.js';
import { isEncryptedKey, isKeyPair, readPrivateKey } from './key.js';
import { readCertificates } from './pem.js';
import { publishFiles, readInput } from './store.js';

export interface BundleOptions {
  /** The certificate, those above it and the root, in any order and any number of files. */
  readonly paths: readonly string[];
  /** Keep the root, which TLS servers leave out. */
  readonly withRoot: boolean;
  /** Path without its ending; without it the bundle is only answered. */
  readonly out?: string;
  /** Path of the private key, for PKCS#12. */
  readonly key?: string;
  readonly pkcs12Passphrase?: AskPassphrase;
  readonly askPassphrase: AskPassphrase;
  readonly replace: boolean;
}

export interface BundleResult {
  /** Subjects in their order. */
  readonly chain: readonly string[];
  readonly pem: string;
  readonly certificate?: string;
  readonly pkcs12?: string;
}

/** @throws GizmoError USAGE for certificates that do not form one chain, or a key that is not the first one's */
export async function bundleCertificates(options: BundleOptions): Promise<BundleResult> {
  const all = options.paths.flatMap((path) => readCertificates(readInput(path, 'the certificate'), path));
  const complete = orderChain(all);
  const chain =
    options.withRoot || complete.length === 1
      ? complete
      : complete.filter((each) => each.subject !== each.issuer);
  const pem = chain.map(String).join('');
  const result = { chain: chain.map(({ subject }) => oneLine(subject)), pem };
  if (options.out === undefined) return result;
  if (options.key === undefined || options.pkcs12Passphrase === undefined) {
    await publishFiles([{ path: `${options.out}.crt`, content: pem, secret: false }], options.replace);
    return { ...result, certificate: `${options.out}.crt` };
  }
  const bytes = readInput(options.key, 'the private key');
  const secret = isEncryptedKey(bytes)
    ? await options.askPassphrase(`Passphrase of ${options.key}: `)
    : undefined;
  const key = readPrivateKey(bytes, options.key, secret);
  const [leaf] = complete;
  if (leaf === undefined || !isKeyPair(key, leaf.publicKey))
    throw new GizmoError('USAGE', `${options.key} is not the key of "${result.chain[0]}".`);
  const passphrase = await options.pkcs12Passphrase('');
  const { toPkcs12 } = await import('./pkcs12.js');
  const content = toPkcs12(key, complete, passphrase, result.chain[0]?.replace(/^CN=/, '') ?? '');
  await publishFiles([{ path: `${options.out}.p12`, content, secret: true }], options.replace);
  return { ...result, pkcs12: `${options.out}.p12` };
}

/** From the one that signed none of the others up to the root; each once. */
function orderChain(certificates: readonly X509Certificate[]): X509Certificate[] {
  const unique = [...new Map(certificates.map((each) => [each.fingerprint256, each])).values()];
  const signs = (issuer: X509Certificate, each: X509Certificate) =>
    issuer !== each && each.checkIssued(issuer) && each.verify(issuer.publicKey);
  const leaves = unique.filter((candidate) => !unique.some((each) => signs(candidate, each)));
  const [leaf, second] = leaves;
  if (leaf === undefined) throw new GizmoError('USAGE', 'These certificates sign each other in a circle.');
  if (second !== undefined)
    throw new GizmoError(
      'USAGE',
      `"${oneLine(leaf.subject)}" and "${oneLine(second.subject)}" are no part of one chain.`,
    );
  const chain = [leaf];
  for (
    let current: X509Certificate | undefined = leaf;
    current !== undefined && chain.length <= unique.length;
  ) {
    const below: X509Certificate = current;
    current = unique.find((each) => !chain.includes(each) && signs(each, below));
    if (current !== undefined) chain.push(current);
  }
  return chain;
}
