/** Certificates for a server of our own: an authority, and a certificate that it signs (RFC 5280, P-256). Node.js reads certificates, it makes none. */
import { createPrivateKey, generateKeyPairSync, randomBytes, sign } from "node:crypto";
import type { KeyObject } from "node:crypto";

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

const Tag = { Boolean: 0x01, Integer: 0x02, BitString: 0x03, OctetString: 0x04, Oid: 0x06, Utf8: 0x0c } as const;
const UTC_TIME = 0x17;
const GENERALIZED_TIME = 0x18;
const SEQUENCE = 0x30;
const SET = 0x31;
/** [0] version, [3] extensions; [2] dNSName. */
const VERSION = 0xa0;
const EXTENSIONS = 0xa3;
const DNS_NAME = 0x82;

const COMMON_NAME = [2, 5, 4, 3];
const ECDSA_WITH_SHA256 = [1, 2, 840, 10045, 4, 3, 2];
const BASIC_CONSTRAINTS = [2, 5, 29, 19];
const KEY_USAGE = [2, 5, 29, 15];
const EXTENDED_KEY_USAGE = [2, 5, 29, 37];
const SUBJECT_ALTERNATIVE_NAME = [2, 5, 29, 17];
const SERVER_AUTHENTICATION = [1, 3, 6, 1, 5, 5, 7, 3, 1];

/** The named bits of a BIT STRING, with the number of bits that are not used before them. */
const DIGITAL_SIGNATURE = [7, 0x80];
const CERTIFICATE_AND_LIST_SIGN = [1, 0x06];

function der(tag: number, ...content: readonly (Uint8Array | readonly number[])[]): Buffer {
  const body = Buffer.concat(content.map((each) => Buffer.from(each)));
  // The shortest form there is: Go takes no other.
  const long = body.length < 256 ? [0x81, body.length] : [0x82, body.length >> 8, body.length & 0xff];
  const length = body.length < 128 ? [body.length] : long;
  return Buffer.concat([Buffer.from([tag, ...length]), body]);
}

function oid([first = 0, second = 0, ...rest]: readonly number[]): Buffer {
  const bytes = rest.flatMap((arc) => {
    const septets = [arc & 0x7f];
    for (let left = arc >> 7; left > 0; left >>= 7) septets.unshift((left & 0x7f) | 0x80);
    return septets;
  });
  return der(Tag.Oid, [first * 40 + second, ...bytes]);
}

/** Of years before 2050 with two digits (§4.1.2.5). */
function time(milliseconds: number): Buffer {
  const text = new Date(milliseconds).toISOString().replaceAll(/[-:T]|\.\d+/g, "");
  const short = Number(text.slice(0, 4)) < 2050;
  return der(short ? UTC_TIME : GENERALIZED_TIME, Buffer.from(short ? text.slice(2) : text, "latin1"));
}

function named(commonName: string): Buffer {
  return der(SEQUENCE, der(SET, der(SEQUENCE, oid(COMMON_NAME), der(Tag.Utf8, Buffer.from(commonName)))));
}

function extension(id: readonly number[], critical: boolean, value: Buffer): Buffer {
  return der(SEQUENCE, oid(id), ...(critical ? [der(Tag.Boolean, [0xff])] : []), der(Tag.OctetString, value));
}

function pem(label: string, bytes: Buffer): string {
  const lines = bytes.toString("base64").match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join("\n")}\n-----END ${label}-----\n`;
}

interface Request {
  readonly issuer: string;
  readonly subject: string;
  readonly validity: Validity;
  readonly extensions: readonly Buffer[];
  /** Of the issuer; absent: it signs itself. */
  readonly signer?: KeyObject;
}

function certify({ issuer, subject, validity, extensions, signer }: Request): Certified {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const algorithm = der(SEQUENCE, oid(ECDSA_WITH_SHA256));
  // Positive, and of at most 20 bytes (§4.1.2.2).
  const serial = Buffer.concat([Buffer.from([0x40]), randomBytes(15)]);
  const certificate = der(
    SEQUENCE,
    der(VERSION, der(Tag.Integer, [2])),
    der(Tag.Integer, serial),
    algorithm,
    named(issuer),
    der(SEQUENCE, time(validity.from), time(validity.until)),
    named(subject),
    publicKey.export({ type: "spki", format: "der" }),
    der(EXTENSIONS, der(SEQUENCE, ...extensions)),
  );
  const signature = sign("sha256", certificate, signer ?? privateKey);
  return {
    certificate: pem("CERTIFICATE", der(SEQUENCE, certificate, algorithm, der(Tag.BitString, [0], signature))),
    key: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
  };
}

export function makeAuthority(commonName: string, validity: Validity): Certified {
  const extensions = [
    extension(BASIC_CONSTRAINTS, true, der(SEQUENCE, der(Tag.Boolean, [0xff]))),
    extension(KEY_USAGE, true, der(Tag.BitString, CERTIFICATE_AND_LIST_SIGN)),
  ];
  return certify({ issuer: commonName, subject: commonName, validity, extensions });
}

/** For a server of these DNS names, the first of which is its common name. `authority` is called `issuer`. */
export function makeServerCertificate(
  authority: Certified,
  issuer: string,
  names: readonly [string, ...string[]],
  validity: Validity,
): Certified {
  const extensions = [
    extension(KEY_USAGE, true, der(Tag.BitString, DIGITAL_SIGNATURE)),
    extension(EXTENDED_KEY_USAGE, false, der(SEQUENCE, oid(SERVER_AUTHENTICATION))),
    extension(
      SUBJECT_ALTERNATIVE_NAME,
      false,
      der(SEQUENCE, ...names.map((name) => der(DNS_NAME, Buffer.from(name, "latin1")))),
    ),
  ];
  return certify({ issuer, subject: names[0], validity, extensions, signer: createPrivateKey(authority.key) });
}
