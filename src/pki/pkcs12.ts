/**
 * PKCS#12 (RFC 7292): a key and its certificates in one encrypted file, for keychains, Java and browsers. node-forge
 * brings the DER and the key derivation of the MAC; its ready-made writer knows RSA keys only.
 */
import { createHash, createHmac, type KeyObject, randomBytes, type X509Certificate } from 'node:crypto';
import forge from 'node-forge';
import { encryptPbes2 } from './encrypt-key.js';

/**
 * Key and certificates are encrypted with PBES2 and AES-256, the whole is sealed with HMAC-SHA-256; what Java 8u301,
 * Windows 10, macOS 14 and OpenSSL 1.1 and newer read.
 * @param chain the key's own certificate first
 */
export function toPkcs12(
  key: KeyObject,
  chain: readonly X509Certificate[],
  passphrase: string,
  friendlyName: string,
): Buffer {
  const id = createHash('sha1').update(chain[0]!.raw).digest();
  const own = [attribute(OID.friendlyName, bmpString(friendlyName)), attribute(OID.localKeyId, octets(id))];
  const { algorithm, encrypted } = encryptPbes2(key.export({ type: 'pkcs8', format: 'der' }), passphrase);
  const keyBag = bag(OID.shroudedKeyBag, sequence(fromDer(algorithm), octets(encrypted)), own);
  const certificateBags = chain.map((certificate, index) =>
    bag(
      OID.certBag,
      sequence(oid(OID.x509Certificate), explicit(0, octets(certificate.raw))),
      index === 0 ? own : [],
    ),
  );
  const safe = toDer(
    sequence(encryptedData(toDer(sequence(...certificateBags)), passphrase), data(toDer(sequence(keyBag)))),
  );
  return toDer(sequence(integer(3), data(safe), macData(safe, passphrase)));
}

const { asn1, util } = forge;
type Node = forge.asn1.Asn1;

const OID = {
  data: '1.2.840.113549.1.7.1',
  encryptedData: '1.2.840.113549.1.7.6',
  shroudedKeyBag: '1.2.840.113549.1.12.10.1.2',
  certBag: '1.2.840.113549.1.12.10.1.3',
  x509Certificate: '1.2.840.113549.1.9.22.1',
  friendlyName: '1.2.840.113549.1.9.20',
  localKeyId: '1.2.840.113549.1.9.21',
  sha256: '2.16.840.1.101.3.4.2.1',
} as const;

/** The MAC only tells a wrong passphrase from a damaged file; what is encrypted has its own, slower derivation. */
const MAC_ITERATIONS = 10_000;
const MAC_PURPOSE = 3;

function macData(content: Buffer, passphrase: string): Node {
  const salt = randomBytes(16);
  const derived = forge.pkcs12.generateKey(
    passphrase,
    util.createBuffer(salt.toString('binary')),
    MAC_PURPOSE,
    MAC_ITERATIONS,
    32,
    forge.md.sha256.create(),
  );
  const mac = createHmac('sha256', Buffer.from(derived.getBytes(), 'binary')).update(content).digest();
  const digestInfo = sequence(sequence(oid(OID.sha256), primitive(asn1.Type.NULL, '')), octets(mac));
  return sequence(digestInfo, octets(salt), integer(MAC_ITERATIONS));
}

function data(content: Buffer): Node {
  return sequence(oid(OID.data), explicit(0, octets(content)));
}

function encryptedData(content: Buffer, passphrase: string): Node {
  const { algorithm, encrypted } = encryptPbes2(content, passphrase);
  const implicit = asn1.create(asn1.Class.CONTEXT_SPECIFIC, 0, false, encrypted.toString('binary'));
  const info = sequence(oid(OID.data), fromDer(algorithm), implicit);
  return sequence(oid(OID.encryptedData), explicit(0, sequence(integer(0), info)));
}

function bag(id: string, value: Node, attributes: readonly Node[]): Node {
  const set = attributes.length === 0 ? [] : [constructed(asn1.Type.SET, attributes)];
  return sequence(oid(id), explicit(0, value), ...set);
}

function attribute(id: string, value: Node): Node {
  return sequence(oid(id), constructed(asn1.Type.SET, [value]));
}

function sequence(...parts: readonly Node[]): Node {
  return constructed(asn1.Type.SEQUENCE, parts);
}

function constructed(type: forge.asn1.Type, parts: readonly Node[]): Node {
  return asn1.create(asn1.Class.UNIVERSAL, type, true, [...parts]);
}

function explicit(tag: number, content: Node): Node {
  return asn1.create(asn1.Class.CONTEXT_SPECIFIC, tag, true, [content]);
}

function primitive(type: forge.asn1.Type, bytes: string): Node {
  return asn1.create(asn1.Class.UNIVERSAL, type, false, bytes);
}

function oid(id: string): Node {
  return primitive(asn1.Type.OID, asn1.oidToDer(id).getBytes());
}

function octets(bytes: Uint8Array): Node {
  return primitive(asn1.Type.OCTETSTRING, Buffer.from(bytes).toString('binary'));
}

function integer(value: number): Node {
  return primitive(asn1.Type.INTEGER, asn1.integerToDer(value).getBytes());
}

/** forge makes two bytes of each character itself. */
function bmpString(text: string): Node {
  return primitive(asn1.Type.BMPSTRING, text);
}

function fromDer(der: Buffer): Node {
  return asn1.fromDer(der.toString('binary'));
}

function toDer(node: Node): Buffer {
  return Buffer.from(asn1.toDer(node).getBytes(), 'binary');
}
