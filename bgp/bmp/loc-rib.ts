/**
 * Tells a monitoring station the Loc-RIB (RFC 9069): the routes that the speaker is given to announce, whatever becomes of
 * them towards a peer. A speaker that announces selects nothing, so all of it are local routes: an empty path, and the
 * next hop 0.0.0.0 or :: where each session puts in its own.
 */
import { Afi, encodeEndOfRib, encodeMessage } from "bgp-ts-codec";
import type { CodecContext, Prefix } from "bgp-ts-codec";
import { INITIAL_CONTEXT } from "../session/negotiate.ts";
import { buildOpen } from "../session/open.ts";
import { sameRoute } from "../speaker/equal.ts";
import { routeKey } from "../speaker/key.ts";
import type { PrefixKey } from "../speaker/key.ts";
import { messagesOf } from "../speaker/message-log.ts";
import { Buckets } from "../speaker/output.ts";
import type { Bucket } from "../speaker/output.ts";
import type { Route } from "../speaker/types.ts";
import { Work } from "../speaker/work.ts";
import { encodeLocRibDown, encodeLocRibRoutes, encodeLocRibStatistics, encodeLocRibUp } from "./packet.ts";

/** Who the speaker is: of its peers, the first one's. */
export interface Identity {
  readonly localAs: number;
  readonly bgpId: number;
}

export interface LocRibOptions {
  /** What peers are to be told, together; of a prefix that they are told of differently, one of it. */
  readonly speaker: {
    localRoutes(): ReadonlyMap<PrefixKey, Route>;
    localRoute(prefix: Prefix): Route | undefined;
  };
  /** Does nothing where no station listens. */
  readonly tell: (bytes: Uint8Array) => void;
  /** Unix time in milliseconds. */
  readonly wall: () => number;
}

const FAMILIES = { ipv4: true, ipv6: true };
const CONTEXT: CodecContext = { ...INITIAL_CONTEXT, ebgp: false };
/** What RFC 9069 §5.2.1 calls the default one. */
const TABLE = "global";

/** Next hops of one family for each, as where local routes are shown. */
function bucketsOf(localAs: number): (route: Route) => Bucket | undefined {
  const common = { localAs, context: CONTEXT, families: FAMILIES, extendedNextHop: true };
  const four = new Buckets({ ...common, self: { afi: Afi.Ipv4, address: 0 } });
  const six = new Buckets({ ...common, self: { afi: Afi.Ipv6, address: 0n } });
  return (route) => {
    const bucket = (route.prefix.afi === Afi.Ipv4 ? four : six).of(route);
    return typeof bucket === "string" ? undefined : bucket;
  };
}

export class LocRib {
  readonly #options: LocRibOptions;
  readonly #told = new Map<PrefixKey, Route>();
  #identity: Identity | undefined;
  #connected = false;
  #up = false;

  constructor(options: LocRibOptions) {
    this.#options = options;
  }

  /** Who we are, by the peers there are; absent: there is none. */
  identify(identity: Identity | undefined): void {
    const before = this.#identity;
    if (before?.localAs === identity?.localAs && before?.bgpId === identity?.bgpId) return;
    this.down();
    this.#identity = identity;
    this.#begin();
  }

  /** A station listens, and knows nothing yet. */
  connected(): void {
    this.#connected = true;
    this.#begin();
  }

  lost(): void {
    this.#connected = false;
    this.#up = false;
    this.#told.clear();
  }

  /** Some of these may be different now. */
  changed(prefixes: readonly Prefix[]): void {
    if (this.#up) this.#tell(prefixes.map((prefix) => [routeKey(prefix), this.#options.speaker.localRoute(prefix)]));
  }

  /** Anything may be different now. */
  compare(): void {
    if (!this.#up) return;
    const now = this.#options.speaker.localRoutes();
    const gone = [...this.#told.keys()].filter((key) => !now.has(key)).map((key) => [key, undefined] as const);
    this.#tell([...gone, ...now]);
  }

  statistics(): void {
    if (this.#up) this.#options.tell(encodeLocRibStatistics(this.#peer(), this.#told.size));
  }

  /** There is none any more. */
  down(): void {
    if (this.#up) this.#options.tell(encodeLocRibDown(this.#peer(), TABLE));
    this.#up = false;
    this.#told.clear();
  }

  #begin(): void {
    if (!this.#connected || this.#identity === undefined || this.#up) return;
    const { localAs, bgpId } = this.#identity;
    const offer = { localAs, bgpId, holdTime: 0, families: FAMILIES, extendedNextHop: true };
    const open = encodeMessage(buildOpen(offer, false), INITIAL_CONTEXT);
    this.#up = true;
    this.#options.tell(encodeLocRibUp(this.#peer(), open, TABLE));
    this.compare();
    for (const afi of [Afi.Ipv4, Afi.Ipv6]) this.#route(encodeEndOfRib(afi));
  }

  #tell(states: readonly (readonly [key: PrefixKey, route: Route | undefined])[]): void {
    const bucketOf = bucketsOf(this.#identity?.localAs ?? 0);
    const work = new Work(CONTEXT);
    for (const [key, route] of states) {
      const before = this.#told.get(key);
      if (before === route || (before !== undefined && route !== undefined && sameRoute(before, route))) continue;
      const bucket = route && bucketOf(route);
      if (route !== undefined && bucket !== undefined) {
        work.announce(bucket, route.prefix);
        this.#told.set(key, route);
      } else if (before !== undefined) {
        work.withdraw(before.prefix);
        this.#told.delete(key);
      }
    }
    for (const { bytes } of work.chunks()) for (const update of messagesOf(bytes)) this.#route(update);
  }

  #route(update: Uint8Array): void {
    this.#options.tell(encodeLocRibRoutes(this.#peer(), update));
  }

  #peer() {
    const { localAs, bgpId } = this.#identity ?? { localAs: 0, bgpId: 0 };
    return { as: localAs, bgpId, at: this.#options.wall() };
  }
}
