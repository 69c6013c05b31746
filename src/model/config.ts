/** The configuration that all objects of the operator compile to: validated, defaults applied, references resolved. */
import type { Address, AddressRange, Family, Prefix } from "./address.ts";
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
  /** RFC 4360: unsigned 64-bit. Absent: none. */
  readonly extended?: readonly bigint[];
}

/** ORIGIN (RFC 4271 §5.1.1). */
export type Origin = "igp" | "egp" | "incomplete";

/** Whether an extended community passes on to other ASes (RFC 4360 §6). */
export type Transitivity = "transitive" | "non-transitive";

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
  /** MULTI_EXIT_DISC, unsigned 32-bit. */
  readonly med?: number;
  /** How often our AS stands in the path besides once; towards external peers only. */
  readonly asPathPrepend?: number;
  readonly origin?: Origin;
  /** In place of the node's own address. */
  readonly nextHops?: Readonly<Partial<Record<Family, Address>>>;
  /** Routes carry a bandwidth in proportion to the node's endpoints of the Service (RFC 10005). */
  readonly weightByEndpoints?: Transitivity;
  /** Beside an aggregate: announce host routes too, or keep back those of other advertisements. */
  readonly moreSpecifics?: "announce" | "suppress";
  /** The longest wait, in milliseconds, for the Service's health check before its first announcement. */
  readonly healthCheckWait?: number;
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
  /** The routing daemon has this neighbour already: Herald only adds its prefixes. Not a session of Herald's own. */
  readonly existing?: boolean;
  /** Exactly one of `address`, `interface` and `listenRange`. */
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
  /** The password is a key of TCP-AO (RFC 5925), not of TCP MD5. */
  readonly tcpAo?: {
    readonly sendId: number;
    readonly receiveId: number;
    readonly algorithm: "hmac-sha-1-96" | "aes-128-cmac-96";
  };
  readonly bfdProfile?: BfdProfile;
  /** The session comes up only once BFD is, where the peer agrees; never without `bfdProfile`. */
  readonly bfdStrict?: true;
  readonly gracefulRestart: boolean;
  readonly ebgpMultiHop: boolean;
  readonly vrf?: string;
  /** Only packets of a direct neighbour are taken (GTSM). */
  readonly ttlSecurity?: boolean;
  /** Peers are those that connect from here, `limit` of them at most. */
  readonly listenRange?: { readonly prefix: Prefix; readonly limit: number };
  /** The peer connects, we wait. */
  readonly passive?: boolean;
  /** Least hold time accepted of the peer. */
  readonly minimumHoldTime?: number;
  /** Interface to connect through. */
  readonly sourceInterface?: string;
  /** The families whose routes this session carries. */
  readonly families: ReadonlySet<Family>;
  /** It is told only of prefixes within one of these. Absent: of all. */
  readonly allowedPrefixes?: readonly Prefix[];
  /** A peer that announces more prefixes than this loses its session (RFC 4486, Cease/1). */
  readonly maxReceivedPrefixes?: number;
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
