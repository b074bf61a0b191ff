/**
 * X.509 certificates in the profile of RFC 5280: an authority and what it issues, ECDSA on P-256. Node signs, @peculiar/asn1-x509 writes the
 * structures; why these: docs/decisions/0012-tls-beside-http.md.
 */
import { createHash, createPublicKey, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { AsnConvert, OctetString } from '@peculiar/asn1-schema';
import {
  AlgorithmIdentifier,
  AttributeTypeAndValue,
  AttributeValue,
  AuthorityKeyIdentifier,
  BasicConstraints,
  Certificate,
  ExtendedKeyUsage,
  Extension,
  Extensions,
  GeneralName,
  id_ce_authorityKeyIdentifier,
  id_ce_basicConstraints,
  id_ce_extKeyUsage,
  id_ce_keyUsage,
  id_ce_subjectAltName,
  id_ce_subjectKeyIdentifier,
  id_kp_serverAuth,
  KeyIdentifier,
  KeyUsage,
  KeyUsageFlags,
  Name,
  RelativeDistinguishedName,
  SubjectAlternativeName,
  SubjectKeyIdentifier,
  SubjectPublicKeyInfo,
  TBSCertificate,
  Validity,
  Version,
} from '@peculiar/asn1-x509';

/** Both in PEM. */
export interface KeptCertificate {
  readonly key: string;
  readonly cert: string;
}

const ecdsaWithSha256 = new AlgorithmIdentifier({ algorithm: '1.2.840.10045.4.3.2' });
const commonName = '2.5.4.3';
const day = 86_400_000;

const pem = (der: ArrayBuffer) =>
  `-----BEGIN CERTIFICATE-----\n${Buffer.from(der)
    .toString('base64')
    .replace(/.{1,64}/g, '$&\n')}-----END CERTIFICATE-----\n`;

const bytesOfPem = (text: string) => Buffer.from(text.replace(/-----[^-]+-----|\s/g, ''), 'base64');

const nameOf = (text: string) =>
  new Name([
    new RelativeDistinguishedName([
      new AttributeTypeAndValue({ type: commonName, value: new AttributeValue({ utf8String: text }) }),
    ]),
  ]);

const extension = (extnID: string, value: object, critical = false) =>
  new Extension({ extnID, critical, extnValue: new OctetString(AsnConvert.serialize(value)) });

/** RFC 5280 section 4.2.1.2, the first of its methods. */
const keyIdentifier = (spki: SubjectPublicKeyInfo) =>
  createHash('sha1').update(new Uint8Array(spki.subjectPublicKey)).digest();

/** Positive, and of one length. */
function serialNumber(): ArrayBuffer {
  const bytes = new Uint8Array(randomBytes(16));
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40;
  return bytes.buffer;
}

function newKey(): { readonly key: string; readonly spki: SubjectPublicKeyInfo } {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const spki = createPublicKey(privateKey).export({ type: 'spki', format: 'der' });
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
    spki: AsnConvert.parse(spki, SubjectPublicKeyInfo),
  };
}

interface Wanted {
  readonly subject: Name;
  readonly issuer: Name;
  readonly spki: SubjectPublicKeyInfo;
  readonly extensions: readonly Extension[];
  readonly now: Date;
  readonly days: number;
}

function signed({ subject, issuer, spki, extensions, now, days }: Wanted, issuerKey: string): string {
  const body = new TBSCertificate({
    version: Version.v3,
    serialNumber: serialNumber(),
    signature: ecdsaWithSha256,
    issuer,
    subject,
    // The clocks of this machine's containers and guests differ a little.
    validity: new Validity({
      notBefore: new Date(now.getTime() - day),
      notAfter: new Date(now.getTime() + days * day),
    }),
    subjectPublicKeyInfo: spki,
    extensions: new Extensions([...extensions]),
  });
  const tbs = AsnConvert.serialize(body);
  const signature = new Uint8Array(sign('sha256', new Uint8Array(tbs), issuerKey));
  const whole = new Certificate({
    tbsCertificate: body,
    signatureAlgorithm: ecdsaWithSha256,
    signatureValue: signature.buffer,
  });
  return pem(AsnConvert.serialize(whole));
}

export function makeAuthority(name: string, now: Date, days: number): KeptCertificate {
  const { key, spki } = newKey();
  const subject = nameOf(name);
  const extensions = [
    extension(id_ce_basicConstraints, new BasicConstraints({ cA: true, pathLenConstraint: 0 }), true),
    extension(id_ce_keyUsage, new KeyUsage(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign), true),
    extension(id_ce_subjectKeyIdentifier, new SubjectKeyIdentifier(keyIdentifier(spki))),
  ];
  return { key, cert: signed({ subject, issuer: subject, spki, extensions, now, days }, key) };
}

const isAddress = (name: string) => /^[\d.]+$|:/.test(name);

/** A server's certificate for these names and addresses. */
export function issue(authority: KeptCertificate, names: readonly string[], now: Date, days: number): KeptCertificate {
  const { tbsCertificate: ca } = AsnConvert.parse(bytesOfPem(authority.cert), Certificate);
  const { key, spki } = newKey();
  const alternatives = names.map((name) => new GeneralName(isAddress(name) ? { iPAddress: name } : { dNSName: name }));
  const issuer = new AuthorityKeyIdentifier({
    keyIdentifier: new KeyIdentifier(keyIdentifier(ca.subjectPublicKeyInfo)),
  });
  const extensions = [
    extension(id_ce_basicConstraints, new BasicConstraints({ cA: false }), true),
    extension(id_ce_keyUsage, new KeyUsage(KeyUsageFlags.digitalSignature), true),
    extension(id_ce_extKeyUsage, new ExtendedKeyUsage([id_kp_serverAuth])),
    extension(id_ce_subjectAltName, new SubjectAlternativeName(alternatives)),
    extension(id_ce_authorityKeyIdentifier, issuer),
    extension(id_ce_subjectKeyIdentifier, new SubjectKeyIdentifier(keyIdentifier(spki))),
  ];
  const wanted = { subject: nameOf(names[0] ?? ''), issuer: ca.subject, spki, extensions, now, days };
  return { key, cert: signed(wanted, authority.key) };
}
