/** The routes of a Service's addresses: prefixes by aggregation length, merged where advertisements meet. */
import type { Feature } from "../backend/backend.ts";
import { formatPrefix, mask } from "../model/address.ts";
import type { Address, Prefix } from "../model/address.ts";
import type { BgpAnnouncement, Reason, RouteAttributes } from "../model/announcement.ts";
import type { BgpAdvertisement } from "../model/config.ts";
import { aggregationLength, mergeAttributes } from "./advertisements.ts";
import type { NodeAdvertisement } from "./advertisements.ts";
import { list } from "./text.ts";

/** An address and the advertisements that cover it here; never none. */
export interface Covered {
  readonly address: Address;
  readonly advertisements: readonly NodeAdvertisement[];
}

export interface Routed {
  /** At most one a peer and prefix. */
  readonly announcements: readonly BgpAnnouncement[];
  readonly reasons: readonly Reason[];
}

/** What a set of advertisements comes to, whichever Service they meet on. */
interface Merged {
  readonly names: readonly string[];
  /** Or why there is no route: the code, and the end of the sentence. */
  readonly outcome: RouteAttributes | Pick<Reason, "code" | "text">;
}

interface Route {
  readonly peer: string;
  readonly prefix: Prefix;
  readonly address: Address;
  readonly advertisements: Map<number, BgpAdvertisement>;
}

/** A function from covered addresses to routes; it remembers the sets of advertisements it has merged. */
export function createRouteBuilder(
  supports: (feature: Feature) => boolean,
): (service: string, covered: readonly Covered[]) => Routed {
  const known = new Map<string, Merged>();
  const largeCommunities = supports("large-communities");

  const merge = (advertisements: ReadonlyMap<number, BgpAdvertisement>): Merged => {
    const ranked = [...advertisements].sort(([a], [b]) => a - b);
    const key = ranked.map(([rank]) => rank).join(" ");
    const found = known.get(key);
    if (found !== undefined) return found;
    const sorted = ranked.map(([, advertisement]) => advertisement);
    const merged = { names: sorted.map(({ name }) => name), outcome: outcomeOf(sorted, largeCommunities) };
    known.set(key, merged);
    return merged;
  };

  return (service, covered) => {
    const announcements: BgpAnnouncement[] = [];
    const refused = new Map<string, Refusal>();
    for (const { peer, prefix, address, advertisements } of gather(covered)) {
      const { names, outcome } = merge(advertisements);
      if ("code" in outcome) {
        const text = formatPrefix(prefix);
        const refusal = refused.get(`${text} ${outcome.text}`) ?? { ...outcome, prefix: text, address, peers: [] };
        refused.set(`${text} ${outcome.text}`, refusal);
        refusal.peers.push(peer);
      } else {
        announcements.push({ service, peer, prefix, attributes: outcome, advertisements: names });
      }
    }
    return { announcements, reasons: Array.from(refused.values(), reasonOf) };
  };
}

/** A prefix that is not announced, and the peers for which the same sentence is true. */
interface Refusal extends Pick<Reason, "code" | "text"> {
  readonly prefix: string;
  readonly address: Address;
  readonly peers: string[];
}

function reasonOf({ code, text, prefix, address, peers }: Refusal): Reason {
  const [peer] = peers.length === 1 ? peers : [];
  const reason = { code, text: `${prefix} is not announced to ${list(peers)}: ${text}`, address };
  return peer === undefined ? reason : { ...reason, peer };
}

/** Each peer and prefix once, with the advertisements that ask for it. */
function gather(covered: readonly Covered[]): Iterable<Route> {
  const routes = new Map<string, Route>();
  for (const { address, advertisements } of covered) {
    for (const { advertisement, rank, peers } of advertisements) {
      const prefix = mask(address, aggregationLength(advertisement, address.family));
      const text = formatPrefix(prefix);
      for (const peer of peers[address.family]) {
        const key = `${text} ${peer}`;
        const route = routes.get(key) ?? { peer, prefix, address, advertisements: new Map() };
        routes.set(key, route);
        route.advertisements.set(rank, advertisement);
      }
    }
  }
  return routes.values();
}

function outcomeOf(advertisements: readonly BgpAdvertisement[], largeCommunities: boolean): Merged["outcome"] {
  const attributes = mergeAttributes(advertisements);
  if (attributes === undefined) {
    const said = advertisements.map(({ name, localPref }) => `${name} (${localPref ?? "not set"})`);
    return { code: "conflictingAdvertisements", text: `BGPAdvertisements ${list(said)} disagree on localPref` };
  }
  if (attributes.communities.large.length > 0 && !largeCommunities) {
    const named = list(advertisements.filter((one) => one.communities.large.length > 0).map(({ name }) => name));
    return {
      code: "unsupportedByBackend",
      text: `the large communities of BGPAdvertisement ${named} are more than the backend can do`,
    };
  }
  return attributes;
}
