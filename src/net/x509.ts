/** Certificates for a server of our own: an authority, and a certificate that it signs (RFC 5280, P-256). */
import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, randomBytes, sign } from "node:crypto";
import type { KeyObject } from "node:crypto";
import type { Extension } from "@peculiar/asn1-x509";

/** PEM texts. */
export interface Certified {
  readonly certificate: string;
  /** PKCS #8; a secret. */
  readonly key: string;
}

export interface Validity {
  /** Unix time in milliseconds. */
  readonly from: number;
  readonly until: number;
}

const COMMON_NAME = "2.5.4.3";
const ECDSA_WITH_SHA256 = "1.2.840.10045.4.3.2";
/** X.509 v3. */
const VERSION = 2;

/** Node.js reads certificates and makes none. What makes them is loaded when there is one to make. */
async function library() {
  const [schema, x509] = await Promise.all([import("@peculiar/asn1-schema"), import("@peculiar/asn1-x509")]);
  const der = (value: unknown): Buffer => Buffer.from(schema.AsnConvert.serialize(value));
  const extension = (extnID: string, critical: boolean, value: unknown): Extension =>
    new x509.Extension({ extnID, critical, extnValue: new schema.OctetString(der(value)) });
  return { ...x509, der, parse: schema.AsnConvert.parse.bind(schema.AsnConvert), extension };
}

function pem(label: string, bytes: Buffer): string {
  const lines = bytes.toString("base64").match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join("\n")}\n-----END ${label}-----\n`;
}

interface Request {
  readonly issuer: string;
  readonly subject: string;
  readonly validity: Validity;
  readonly extensions: Extension[];
  /** Of the issuer; absent: it signs itself. */
  readonly signer?: KeyObject;
}

async function certify({ issuer, subject, validity, extensions, signer }: Request): Promise<Certified> {
  const x509 = await library();
  const named = (utf8String: string) => {
    const value = new x509.AttributeValue({ utf8String });
    const attribute = new x509.AttributeTypeAndValue({ type: COMMON_NAME, value });
    return new x509.Name([new x509.RelativeDistinguishedName([attribute])]);
  };
  /** A key in a certificate, and what certificates call it (§4.2.1.2). */
  const described = (key: KeyObject) => {
    const info = x509.parse(key.export({ type: "spki", format: "der" }), x509.SubjectPublicKeyInfo);
    const digest = createHash("sha1").update(Buffer.from(info.subjectPublicKey)).digest();
    return { info, identifier: new x509.SubjectKeyIdentifier(new Uint8Array(digest).buffer) };
  };
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const subjectKey = described(publicKey);
  const keyIdentifier = described(createPublicKey(signer ?? privateKey)).identifier;
  const keys = [
    x509.extension(x509.id_ce_subjectKeyIdentifier, false, subjectKey.identifier),
    x509.extension(x509.id_ce_authorityKeyIdentifier, false, new x509.AuthorityKeyIdentifier({ keyIdentifier })),
  ];
  const algorithm = new x509.AlgorithmIdentifier({ algorithm: ECDSA_WITH_SHA256 });
  const tbsCertificate = new x509.TBSCertificate({
    version: VERSION,
    // Positive, and of at most 20 bytes (§4.1.2.2).
    serialNumber: new Uint8Array([0x40, ...randomBytes(15)]).buffer,
    signature: algorithm,
    issuer: named(issuer),
    validity: new x509.Validity({ notBefore: new Date(validity.from), notAfter: new Date(validity.until) }),
    subject: named(subject),
    subjectPublicKeyInfo: subjectKey.info,
    extensions: new x509.Extensions([...extensions, ...keys]),
  });
  const signature = sign("sha256", x509.der(tbsCertificate), signer ?? privateKey);
  const certificate = new x509.Certificate({
    tbsCertificate,
    signatureAlgorithm: algorithm,
    signatureValue: new Uint8Array(signature).buffer,
  });
  return {
    certificate: pem("CERTIFICATE", x509.der(certificate)),
    key: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
  };
}

export async function makeAuthority(commonName: string, validity: Validity): Promise<Certified> {
  const { BasicConstraints, KeyUsage, KeyUsageFlags, extension, ...x509 } = await library();
  const extensions = [
    extension(x509.id_ce_basicConstraints, true, new BasicConstraints({ cA: true })),
    extension(x509.id_ce_keyUsage, true, new KeyUsage(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign)),
  ];
  return certify({ issuer: commonName, subject: commonName, validity, extensions });
}

/** For a server of these DNS names, the first of which is its common name. `authority` is called `issuer`. */
export async function makeServerCertificate(
  authority: Certified,
  issuer: string,
  names: readonly [string, ...string[]],
  validity: Validity,
): Promise<Certified> {
  const { ExtendedKeyUsage, GeneralName, KeyUsage, KeyUsageFlags, extension, ...x509 } = await library();
  const all = names.map((dNSName) => new GeneralName({ dNSName }));
  const extensions = [
    extension(x509.id_ce_keyUsage, true, new KeyUsage(KeyUsageFlags.digitalSignature)),
    extension(x509.id_ce_extKeyUsage, false, new ExtendedKeyUsage([x509.id_kp_serverAuth])),
    extension(x509.id_ce_subjectAltName, false, new x509.SubjectAlternativeName(all)),
  ];
  return certify({ issuer, subject: names[0], validity, extensions, signer: createPrivateKey(authority.key) });
}
