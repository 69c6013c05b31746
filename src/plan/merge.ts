/** What several advertisements of one route come to. */
import type { Feature } from "../backend/backend.ts";
import type { Family } from "../model/address.ts";
import type { LinkBandwidth, Reason, RouteAttributes } from "../model/announcement.ts";
import { targetOrOrigin, uniteCommunities } from "../model/communities.ts";
import type { BgpAdvertisement } from "../model/config.ts";
import { disagreement } from "../model/terms.ts";
import { list } from "./text.ts";

/** What a route carries, and how many milliseconds it waits for a health check. */
export interface Merged {
  readonly attributes: RouteAttributes;
  readonly wait?: number;
}

/** Why there is no route: the code, and the end of the sentence. */
export type Refusal = Pick<Reason, "code" | "text">;

/** Of each endpoint: a megabit a second, the unit in which FRR writes bandwidths. */
const BYTES_PER_SECOND = 125_000;

/** What of an advertisement a backend may lack; without it a route might go where it should not. */
const DEMANDS: readonly {
  readonly feature: Feature;
  readonly asks: (advertisement: BgpAdvertisement, family: Family) => boolean;
  readonly what: string;
}[] = [
  { feature: "large-communities", asks: ({ communities }) => communities.large.length > 0, what: "large communities" },
  {
    feature: "extended-communities",
    asks: ({ communities: { extended = [] } }) => extended.some((one) => targetOrOrigin(one) !== undefined),
    what: "extended communities",
  },
  {
    feature: "other-extended-communities",
    asks: ({ communities: { extended = [] } }) => extended.some((one) => targetOrOrigin(one) === undefined),
    what: "extended communities other than rt and soo",
  },
  {
    feature: "next-hop-ipv6",
    asks: ({ nextHops }, family) => family === 6 && nextHops?.[6] !== undefined,
    what: "IPv6 next hops",
  },
];

/** `endpoints`: those of the route's Service on this node where they weigh it. At least one advertisement is given. */
export function mergeAdvertisements(
  advertisements: readonly BgpAdvertisement[],
  family: Family,
  endpoints: number | undefined,
  supports: (feature: Feature) => boolean,
): Merged | Refusal {
  const differs = disagreement(advertisements, family);
  if (differs !== undefined) {
    const said = advertisements.map(({ name }, index) => `${name} (${differs.said[index] ?? "not set"})`);
    const text = `BGPAdvertisements ${list(said)} disagree on ${differs.field}`;
    return { code: "conflictingAdvertisements", text };
  }
  const lacking = DEMANDS.find(
    ({ feature, asks }) => !supports(feature) && advertisements.some((one) => asks(one, family)),
  );
  if (lacking !== undefined) {
    const named = list(advertisements.filter((one) => lacking.asks(one, family)).map(({ name }) => name));
    const text = `the ${lacking.what} of BGPAdvertisement ${named} are more than the backend can do`;
    return { code: "unsupportedByBackend", text };
  }
  const waits = advertisements.flatMap(({ healthCheckWait }) => healthCheckWait ?? []);
  return {
    attributes: attributesOf(advertisements, family, endpoints),
    ...(waits.length > 0 && { wait: Math.max(...waits) }),
  };
}

/** They agree: what one of them says, all say or leave to it. */
function attributesOf(
  advertisements: readonly BgpAdvertisement[],
  family: Family,
  endpoints: number | undefined,
): RouteAttributes {
  const said = <T>(value: (advertisement: BgpAdvertisement) => T | undefined): T | undefined =>
    advertisements.map(value).find((one) => one !== undefined);
  const localPref = said((one) => one.localPref);
  const med = said((one) => one.med);
  const asPathPrepend = said((one) => one.asPathPrepend);
  const origin = said((one) => one.origin);
  const nextHop = said((one) => one.nextHops?.[family]);
  const transitivity = said((one) => one.weightByEndpoints);
  const linkBandwidth: LinkBandwidth | undefined =
    transitivity === undefined || endpoints === undefined
      ? undefined
      : { bytesPerSecond: endpoints * BYTES_PER_SECOND, transitivity };
  return {
    communities: uniteCommunities(advertisements.map(({ communities }) => communities)),
    ...(localPref !== undefined && { localPref }),
    ...(med !== undefined && { med }),
    ...(asPathPrepend !== undefined && { asPathPrepend }),
    ...(origin !== undefined && { origin }),
    ...(nextHop !== undefined && { nextHop }),
    ...(linkBandwidth !== undefined && { linkBandwidth }),
  };
}
