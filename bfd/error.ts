/** Why a received packet was dropped, and what is wrong with a configuration: values, never exceptions. */

/** One counter each (RFC 5880 §6.8.6 in its order; RFC 5881 §5 and RFC 5883 §5 for the TTL). */
export const DropReason = {
  /** Single hop: not 255. Multihop: below the session's minimum. */
  Ttl: "ttl",
  /** Not version 1. */
  Version: "version",
  /** Shorter than a control packet, or than its own length field says. */
  Length: "length",
  MultiplierZero: "multiplier-zero",
  Multipoint: "multipoint",
  MyDiscriminatorZero: "my-discriminator-zero",
  /** Your Discriminator is zero in a state other than Down and AdminDown. */
  YourDiscriminatorZero: "your-discriminator-zero",
  /** Your Discriminator belongs to no session. */
  UnknownDiscriminator: "unknown-discriminator",
  /** Your Discriminator is zero, and no session has this source and interface. */
  UnknownPeer: "unknown-peer",
  /** The discriminator is known, but the packet came from another address, over another interface or to the other port. */
  PathMismatch: "path-mismatch",
  AuthenticationMissing: "authentication-missing",
  AuthenticationUnexpected: "authentication-unexpected",
  /** The section does not hold what its type needs, or has a type that RFC 5880 does not know. */
  AuthenticationMalformed: "authentication-malformed",
  /** Another type than the configured one. */
  AuthenticationType: "authentication-type",
  /** A key ID that is not configured. */
  AuthenticationKey: "authentication-key",
  /** The password or the digest is wrong. */
  AuthenticationFailed: "authentication-failed",
  /** The sequence number is outside the window. */
  AuthenticationReplayed: "authentication-replayed",
  /** An echo packet with our discriminator that was not sent, or not now, or has come back already. */
  Echo: "echo",
  /** Valid, but the session is administratively down here. */
  AdminDown: "admin-down",
} as const;
export type DropReason = (typeof DropReason)[keyof typeof DropReason];

export type DropCounters = { readonly [Reason in DropReason]?: number };

/** A configuration that cannot be used: the field, and in words what is wrong and what would be right. */
export interface Problem {
  readonly field: string;
  readonly text: string;
}

/** Packets dropped, by reason. */
export class Drops {
  readonly #counts = new Map<DropReason, number>();

  add(reason: DropReason): void {
    this.#counts.set(reason, (this.#counts.get(reason) ?? 0) + 1);
  }

  get value(): DropCounters {
    return Object.fromEntries(this.#counts);
  }
}
