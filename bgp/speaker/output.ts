/** What the sessions of one update group have in common, and how a route is completed for them (RFC 4271 §5.1, §9.2). */
import { Afi, CodecError, Origin, SegmentType, encodeReach, parseIpv4, parseIpv6 } from "bgp-ts-codec";
import type { AsPathSegment, CodecContext, NextHop, PathAttributes, Prefix } from "bgp-ts-codec";
import type { Families, Negotiated } from "../session/types.ts";
import { attributesKey, canonical, nextHopKey } from "./equal.ts";
import type { Route, Unsent } from "./types.ts";

/** All that the bytes depend on, besides the routes. */
export interface Output {
  readonly localAs: number;
  readonly context: CodecContext;
  readonly families: Families;
  readonly extendedNextHop: boolean;
  /** The session's local address as a next hop. */
  readonly self: NextHop;
}

/** Text that is equal for sessions whose output is. */
export function outputKey(output: Output): string {
  return canonical(output);
}

/** The local address of a session as a next hop. A link-local one stands for itself (RFC 2545 §3). */
export function selfNextHop(localAddress: string): NextHop {
  const [text = ""] = localAddress.split("%");
  const ipv4 = parseIpv4(text);
  if (ipv4 !== undefined) return { afi: Afi.Ipv4, address: ipv4 };
  const address = parseIpv6(text);
  if (address === undefined) throw new Error(`BUG: ${localAddress} is not an address`);
  const isLinkLocal = address >> 118n === 0x3fan;
  return isLinkLocal ? { afi: Afi.Ipv6, address, linkLocal: address } : { afi: Afi.Ipv6, address };
}

export function outputOf(localAs: number, negotiated: Negotiated, localAddress: string): Output {
  const { send, families, extendedNextHop } = negotiated;
  return { localAs, context: send, families, extendedNextHop, self: selfNextHop(localAddress) };
}

/** Routes that go out together: one completed attribute set and next hop, of one family. */
export interface Bucket {
  readonly afi: Afi;
  readonly attributes: PathAttributes;
  readonly nextHop: NextHop;
  /** Bytes of a message besides its prefixes. */
  readonly overhead: number;
}

type Reason = Unsent["reason"];

/** Our AS first, in one sequence with what is prepended as long as it fits (RFC 4271 §5.1.2). */
function withOwnAs(localAs: number, path: readonly AsPathSegment[]): AsPathSegment[] {
  const [first, ...rest] = path;
  if (first?.type === SegmentType.Sequence && first.asns.length < 255) {
    return [{ ...first, asns: [localAs, ...first.asns] }, ...rest];
  }
  return [{ type: SegmentType.Sequence, asns: [localAs] }, ...path];
}

const LONGEST: Readonly<Record<Afi, Prefix>> = {
  [Afi.Ipv4]: { afi: Afi.Ipv4, address: 0, length: 32 },
  [Afi.Ipv6]: { afi: Afi.Ipv6, address: 0n, length: 128 },
};
const LONGEST_BYTES: Readonly<Record<Afi, number>> = { [Afi.Ipv4]: 5, [Afi.Ipv6]: 17 };

/** Finds the bucket of each route, or why it has none. Lives as long as one piece of work. */
export class Buckets {
  readonly #output: Output;
  readonly #found = new Map<string, Bucket | Reason>();
  /** By identity, for the routes that come one after the other with the same. */
  #last: { afi: Afi; attributes: PathAttributes; nextHop: NextHop | undefined; found: Bucket | Reason } | undefined;

  constructor(output: Output) {
    this.#output = output;
  }

  of({ prefix, attributes, nextHop }: Route): Bucket | Reason {
    const last = this.#last;
    if (last !== undefined && last.attributes === attributes && last.nextHop === nextHop && last.afi === prefix.afi) {
      return last.found;
    }
    const key = `${prefix.afi} ${nextHopKey(nextHop)} ${attributesKey(attributes)}`;
    let found = this.#found.get(key);
    if (found === undefined) {
      found = this.#make(prefix.afi, attributes, nextHop);
      this.#found.set(key, found);
    }
    this.#last = { afi: prefix.afi, attributes, nextHop, found };
    return found;
  }

  #make(afi: Afi, attributes: PathAttributes, explicit: NextHop | undefined): Bucket | Reason {
    const { families, context } = this.#output;
    if (!(afi === Afi.Ipv4 ? families.ipv4 : families.ipv6)) return "family-not-negotiated";
    const nextHop = explicit ?? this.#output.self;
    if (!this.#reaches(afi, nextHop)) return "no-next-hop";
    const complete = this.#complete(attributes);
    try {
      const [probe] = encodeReach(complete, nextHop, [LONGEST[afi]], context);
      if (probe === undefined) throw new Error("BUG: one prefix makes one message");
      return { afi, attributes: complete, nextHop, overhead: probe.length - LONGEST_BYTES[afi] };
    } catch (error) {
      // Values that cannot be encoded at all are the host's mistake; those that do not fit are reported (RFC 4271 §9.2).
      if (error instanceof CodecError && error.field === "attributes") return "attributes-too-long";
      throw error;
    }
  }

  /** IPv6 routes need an IPv6 next hop; IPv4 ones take it where both sides agreed (RFC 8950 §4). */
  #reaches(afi: Afi, nextHop: NextHop): boolean {
    if (nextHop.afi === afi) return true;
    return afi === Afi.Ipv4 && this.#output.extendedNextHop;
  }

  #complete(attributes: PathAttributes): PathAttributes {
    const { localAs, context } = this.#output;
    const { nextHop: _ours, localPref, originatorId, clusterList, asPath = [], ...rest } = attributes;
    const origin = attributes.origin ?? Origin.Igp;
    if (context.ebgp) return { ...rest, origin, asPath: withOwnAs(localAs, asPath) };
    return {
      ...rest,
      origin,
      asPath,
      localPref: localPref ?? 100,
      ...(originatorId !== undefined && { originatorId }),
      ...(clusterList !== undefined && { clusterList }),
    };
  }
}
