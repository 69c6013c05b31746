/** The routes of a Service's addresses: prefixes by aggregation length, merged where advertisements meet. */
import type { Feature } from "../backend/backend.ts";
import { formatPrefix, hostPrefix, isWithin, mask, rangeOf, width } from "../model/address.ts";
import type { Address, AddressRange, Prefix } from "../model/address.ts";
import type { BgpAnnouncement, Gate, Reason } from "../model/announcement.ts";
import type { BgpAdvertisement, Peer } from "../model/config.ts";
import { aggregationLength } from "./advertisements.ts";
import type { NodeAdvertisement } from "./advertisements.ts";
import { existingRefusal, unweighted } from "./existing.ts";
import { mergeAdvertisements } from "./merge.ts";
import type { Merged, Refusal } from "./merge.ts";
import type { Subject } from "./subject.ts";
import { list } from "./text.ts";

/** An address, the range of a pool it is from, and the advertisements that cover it here; never none. */
export interface Covered {
  readonly address: Address;
  readonly range: AddressRange;
  readonly advertisements: readonly NodeAdvertisement[];
}

export interface Routed {
  /** At most one a peer and prefix. */
  readonly announcements: readonly BgpAnnouncement[];
  readonly reasons: readonly Reason[];
}

interface Outcome {
  readonly names: readonly string[];
  readonly outcome: Merged | Refusal;
}

interface Route {
  readonly peer: string;
  readonly prefix: Prefix;
  readonly address: Address;
  readonly advertisements: Map<number, BgpAdvertisement>;
}

export interface RouteOptions {
  readonly supports: (feature: Feature) => boolean;
  /** Of peers that are told of some prefixes only. */
  readonly allowed: ReadonlyMap<string, readonly Prefix[]>;
  /** Peers towards which the backend writes no policy. */
  readonly unruled: ReadonlyMap<string, Peer>;
}

/** A function from covered addresses to routes; it remembers the sets of advertisements it has merged. */
export function createRouteBuilder({
  supports,
  allowed,
  unruled,
}: RouteOptions): (subject: Subject, covered: readonly Covered[]) => Routed {
  const known = new Map<string, Outcome>();

  const merge = ({ prefix, advertisements }: Route, endpoints: number | undefined): Outcome => {
    const ranked = [...advertisements].sort(([a], [b]) => a - b);
    // An aggregate is of many Services: the endpoints of one do not weigh it.
    const weight = isHostRoute(prefix) ? endpoints : undefined;
    const key = `${prefix.family} ${weight} ${ranked.map(([rank]) => rank).join(" ")}`;
    const found = known.get(key);
    if (found !== undefined) return found;
    const sorted = ranked.map(([, advertisement]) => advertisement);
    const names = sorted.map(({ name }) => name);
    const outcome = { names, outcome: mergeAdvertisements(sorted, prefix.family, weight, supports) };
    known.set(key, outcome);
    return outcome;
  };

  const forbidden = ({ peer, prefix }: Route): Refusal | undefined => {
    const within = allowed.get(peer)?.some((one) => isWithin(prefix, one));
    if (within !== false) return undefined;
    return { code: "prefixNotAllowed", text: "it is in none of spec.allowedPrefixes of the BGPPeer" };
  };

  return ({ service, endpoints, healthCheckPort }, covered) => {
    const announcements: BgpAnnouncement[] = [];
    const suppressing: BgpAnnouncement[] = [];
    const refusals = new Refusals();
    const lighter: Reason[] = [];
    for (const route of gather(covered)) {
      const { peer, prefix, advertisements } = route;
      const { names, outcome } = merge(route, endpoints);
      const refusal = forbidden(route) ?? ("code" in outcome ? outcome : undefined);
      if (refusal !== undefined || "code" in outcome) {
        if (refusal !== undefined) refusals.add(route, refusal);
        continue;
      }
      const one = unruled.get(peer);
      const less = one && existingRefusal(outcome.attributes);
      if (less !== undefined) {
        refusals.add(route, less);
        continue;
      }
      const told = one && unweighted(one, formatPrefix(prefix), outcome.attributes);
      const { attributes } = told ?? outcome;
      if (told?.reason !== undefined) lighter.push(told.reason);
      const { wait } = outcome;
      const announcement = {
        service,
        peer,
        prefix,
        attributes,
        ...gateOf(healthCheckPort, wait),
        advertisements: names,
      };
      announcements.push(announcement);
      if (suppresses(prefix, advertisements)) suppressing.push(announcement);
    }
    const reasons = [...refusals.reasons(), ...lighter];
    if (suppressing.length === 0) return { announcements, reasons };
    const kept = announcements.filter((one) => !suppressing.some((aggregate) => covers(aggregate, one)));
    return { announcements: kept, reasons };
  };
}

function isHostRoute({ family, length }: Prefix): boolean {
  return length === width(family);
}

function gateOf(port: number | undefined, wait: number | undefined): { readonly gate?: Gate } {
  return port === undefined || wait === undefined ? {} : { gate: { port, wait } };
}

function suppresses(prefix: Prefix, advertisements: ReadonlyMap<number, BgpAdvertisement>): boolean {
  return !isHostRoute(prefix) && advertisements.values().some(({ moreSpecifics }) => moreSpecifics === "suppress");
}

function covers(aggregate: BgpAnnouncement, { peer, prefix }: BgpAnnouncement): boolean {
  return aggregate.peer === peer && aggregate.prefix.length < prefix.length && isWithin(prefix, aggregate.prefix);
}

/** Prefixes that are not announced, each with the peers for which the same sentence is true. */
class Refusals {
  readonly #all = new Map<string, Refusal & { prefix: string; address: Address; peers: string[] }>();

  add({ prefix, address, peer }: Route, { code, text }: Refusal): void {
    const shown = formatPrefix(prefix);
    const key = `${shown} ${text}`;
    const refusal = this.#all.get(key) ?? { code, text, prefix: shown, address, peers: [] };
    this.#all.set(key, refusal);
    refusal.peers.push(peer);
  }

  reasons(): Reason[] {
    return Array.from(this.#all.values(), ({ code, text, prefix, address, peers }) => {
      const [peer] = peers.length === 1 ? peers : [];
      const reason = { code, text: `${prefix} is not announced to ${list(peers)}: ${text}`, address };
      return peer === undefined ? reason : { ...reason, peer };
    });
  }
}

/** Each peer and prefix once, with the advertisements that ask for it. */
function gather(covered: readonly Covered[]): Iterable<Route> {
  const routes = new Map<string, Route>();
  for (const { address, range, advertisements } of covered) {
    for (const { advertisement, rank, peers } of advertisements) {
      for (const prefix of prefixesOf(address, range, advertisement)) {
        const text = formatPrefix(prefix);
        for (const peer of peers[address.family]) {
          const key = `${text} ${peer}`;
          const route = routes.get(key) ?? { peer, prefix, address, advertisements: new Map() };
          routes.set(key, route);
          route.advertisements.set(rank, advertisement);
        }
      }
    }
  }
  return routes.values();
}

/** The aggregate that holds the address, and the address itself where that is asked for beside it. */
function prefixesOf(address: Address, range: AddressRange, advertisement: BgpAdvertisement): Prefix[] {
  const aggregate = within(address, range, aggregationLength(advertisement, address.family));
  if (isHostRoute(aggregate) || advertisement.moreSpecifics !== "announce") return [aggregate];
  return [aggregate, hostPrefix(address)];
}

/**
 * The widest prefix of that length or longer that holds the address and lies within its range: at the edge of a pool an
 * aggregate never draws traffic for addresses of others.
 */
function within(address: Address, range: AddressRange, length: number): Prefix {
  if (length === width(address.family)) return hostPrefix(address);
  const prefix = mask(address, length);
  if (range.first <= prefix.value && rangeOf(prefix).last <= range.last) return prefix;
  return within(address, range, length + 1);
}
