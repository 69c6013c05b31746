/** The configuration that all objects of the operator compile to: validated, defaults applied, references resolved. */
import type { Address, AddressRange, Family } from "./address.ts";
import type { Labels, Selector } from "./selector.ts";

/** A pool of addresses that Services may get (metallb.io IPAddressPool). */
export interface Pool {
  readonly name: string;
  readonly labels: Labels;
  /** In the order written; they do not overlap, in this pool or with another. */
  readonly ranges: readonly AddressRange[];
  readonly autoAssign: boolean;
  /** Leave out IPv4 addresses that end in .0 or .255. */
  readonly avoidBuggyIPs: boolean;
  /** Absent: for every Service, after the pools that have one. */
  readonly allocation?: PoolAllocation;
}

/** Which Services a pool is for. Namespaces are resolved from names and namespace selectors at match time. */
export interface PoolAllocation {
  /** Smaller first; 0 is last. */
  readonly priority: number;
  readonly namespaces: readonly string[];
  readonly namespaceSelectors: readonly Selector[];
  readonly serviceSelectors: readonly Selector[];
}

/** Communities of an advertisement, as numbers. */
export interface Communities {
  /** RFC 1997, unsigned 32-bit. */
  readonly standard: readonly number[];
  /** RFC 8092: three unsigned 32-bit parts. */
  readonly large: readonly (readonly [number, number, number])[];
}

interface AdvertisementBase {
  readonly name: string;
  /** Names of the pools it covers, resolved from names and selectors. */
  readonly pools: ReadonlySet<string>;
  readonly nodeSelectors: readonly Selector[];
  readonly serviceSelectors: readonly Selector[];
}

export interface BgpAdvertisement extends AdvertisementBase {
  readonly aggregationLength: number;
  readonly aggregationLengthV6: number;
  /** Absent: not set by this advertisement (iBGP then carries the default, 100). */
  readonly localPref?: number;
  readonly communities: Communities;
  /** Names of peers; empty: all. */
  readonly peers: ReadonlySet<string>;
}

export interface L2Advertisement extends AdvertisementBase {
  /** Empty: all usable ones. */
  readonly interfaces: readonly string[];
  readonly preferredNodeSelectors: readonly { readonly weight: number; readonly preference: Selector }[];
}

/** A secret value: it formats as "[secret]" wherever it ends up, in JSON too. */
export class Secret {
  readonly #value: string;
  constructor(value: string) {
    this.#value = value;
  }
  reveal(): string {
    return this.#value;
  }
  equals(other: Secret): boolean {
    return this.#value === other.#value;
  }
  toString(): string {
    return "[secret]";
  }
  toJSON(): string {
    return "[secret]";
  }
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return "[secret]";
  }
}

/** A BGP neighbour (metallb.io BGPPeer). Times in seconds. */
export interface Peer {
  readonly name: string;
  readonly myAsn: number;
  readonly peerAsn: number | "external" | "internal";
  /** Exactly one of `address` and `interface`. */
  readonly address?: Address;
  readonly interface?: string;
  readonly localAsn?: number;
  readonly sourceAddress?: Address;
  readonly port: number;
  readonly holdTime: number;
  readonly keepaliveTime?: number;
  readonly connectTime: number;
  readonly routerId?: number;
  readonly nodeSelectors: readonly Selector[];
  readonly password?: Secret;
  readonly bfdProfile?: BfdProfile;
  /** The session comes up only once BFD is, where the peer agrees; never without `bfdProfile`. */
  readonly bfdStrict?: true;
  readonly gracefulRestart: boolean;
  readonly ebgpMultiHop: boolean;
  readonly vrf?: string;
  /** The families whose routes this session carries. */
  readonly families: ReadonlySet<Family>;
}

/** Intervals in milliseconds. */
export interface BfdProfile {
  readonly name: string;
  readonly receiveInterval: number;
  readonly transmitInterval: number;
  readonly detectMultiplier: number;
  readonly echoInterval: number;
  readonly echoMode: boolean;
  readonly passiveMode: boolean;
  readonly minimumTtl: number;
}

export interface Config {
  readonly pools: ReadonlyMap<string, Pool>;
  readonly bgpAdvertisements: readonly BgpAdvertisement[];
  readonly l2Advertisements: readonly L2Advertisement[];
  readonly peers: ReadonlyMap<string, Peer>;
}
