/** Authentication (RFC 5880 §6.7): seals what is sent, checks what is received. The digest covers the whole packet, the key in the digest's place. */
import { DropReason } from "./error.ts";
import { AuthType, DIGEST_OFFSET, digestLength, encode } from "./packet.ts";
import type { ControlPacket, DigestSection } from "./packet.ts";
import type { Digest, DigestAlgorithm, Random } from "./ports.ts";
import type { Authentication, AuthKey } from "./types.ts";

function algorithm(type: DigestSection["type"]): DigestAlgorithm {
  return digestLength(type) === 16 ? "md5" : "sha1";
}

function isMeticulous(type: AuthType): boolean {
  return type === AuthType.MeticulousKeyedMd5 || type === AuthType.MeticulousKeyedSha1;
}

/** A shorter key is filled up with zeros (RFC 5880 §4.3). */
function padded(key: AuthKey, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  bytes.set(key.secret.subarray(0, length));
  return bytes;
}

/** Takes the same time wherever the first difference is. */
function same(a: Uint8Array, b: Uint8Array): boolean {
  let difference = a.length ^ b.length;
  for (const [i, byte] of a.entries()) difference |= byte ^ (b[i] ?? 0);
  return difference === 0;
}

/** The sequence numbers of both directions, and the keys of one session. */
export class Authenticator {
  readonly #digest: Digest;
  #sent: number;
  /** bfd.RcvAuthSeq; absent: bfd.AuthSeqKnown is 0. */
  #received: number | undefined;

  constructor(digest: Digest, random: Random) {
    this.#digest = digest;
    this.#sent = Math.floor(random() * 0x1_0000_0000);
  }

  /** The packet's bytes with the section of the first key. `changed`: it differs from the one before, P and F aside. */
  seal({ type, keys }: Authentication, packet: ControlPacket, changed: boolean): Uint8Array {
    const key = keys[0] ?? { id: 0, secret: new Uint8Array(0) };
    if (type === AuthType.SimplePassword) {
      return encode({ ...packet, authentication: { type, keyId: key.id, password: key.secret } });
    }
    if (changed || isMeticulous(type)) this.#sent = (this.#sent + 1) >>> 0;
    const digest = padded(key, digestLength(type));
    const bytes = encode({ ...packet, authentication: { type, keyId: key.id, sequence: this.#sent, digest } });
    bytes.set(this.#digest(algorithm(type), bytes), DIGEST_OFFSET);
    return bytes;
  }

  /** `bytes` is the payload the packet was read from. A sequence number counts only once its digest has been found right. */
  verify({ type, keys }: Authentication, packet: ControlPacket, bytes: Uint8Array): DropReason | undefined {
    const section = packet.authentication;
    if (section === undefined) return DropReason.AuthenticationMissing;
    if (section.type !== type) return DropReason.AuthenticationType;
    const key = keys.find(({ id }) => id === section.keyId);
    if (key === undefined) return DropReason.AuthenticationKey;
    if (section.type === AuthType.SimplePassword) {
      return same(section.password, key.secret) ? undefined : DropReason.AuthenticationFailed;
    }
    if (!this.#isInWindow(section, packet.detectMultiplier)) return DropReason.AuthenticationReplayed;
    if (!this.#isGenuine(section, key, bytes)) return DropReason.AuthenticationFailed;
    this.#received = section.sequence;
    return undefined;
  }

  /** Nothing was heard for twice the detection time: the peer may begin anew with any number (RFC 5880 §6.8.1). */
  forget(): void {
    this.#received = undefined;
  }

  /** Up to three times the multiplier ahead, in 32 bits that wrap; the same number again only where it is not meticulous. */
  #isInWindow({ type, sequence }: DigestSection, detectMultiplier: number): boolean {
    if (this.#received === undefined) return true;
    const ahead = (sequence - this.#received) >>> 0;
    return ahead >= (isMeticulous(type) ? 1 : 0) && ahead <= 3 * detectMultiplier;
  }

  #isGenuine({ type, digest }: DigestSection, key: AuthKey, bytes: Uint8Array): boolean {
    const copy = bytes.slice(0, bytes[3]);
    copy.set(padded(key, digestLength(type)), DIGEST_OFFSET);
    return same(digest, this.#digest(algorithm(type), copy));
  }
}

/** Whether two sections of a configuration are the same. */
export function sameAuthentication(a: Authentication | undefined, b: Authentication | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  const keys = a.keys.every(({ id, secret }, i) => {
    const other = b.keys[i];
    return other !== undefined && other.id === id && same(secret, other.secret);
  });
  return a.type === b.type && a.keys.length === b.keys.length && keys;
}
