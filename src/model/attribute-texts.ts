/** What a route carries, for people and for JSON. */
import { formatAddress } from "./address.ts";
import type { LinkBandwidth, RouteAttributes } from "./announcement.ts";
import { communityTexts } from "./communities.ts";
import type { Origin } from "./config.ts";

/** `RouteAttributes` without big numbers; what is absent is not said. */
export interface AttributeTexts {
  readonly communities: readonly string[];
  readonly localPref?: number;
  readonly med?: number;
  readonly asPathPrepend?: number;
  readonly origin?: Origin;
  readonly nextHop?: string;
  readonly linkBandwidth?: LinkBandwidth;
}

export function attributeTexts({ communities, nextHop, ...others }: RouteAttributes): AttributeTexts {
  return {
    communities: communityTexts(communities),
    ...others,
    ...(nextHop !== undefined && { nextHop: formatAddress(nextHop) }),
  };
}

/** All but the communities, in the words of the advertisement: "localPref 200, med 5". */
export function termsText(texts: Omit<AttributeTexts, "communities">): string {
  const { linkBandwidth: bandwidth } = texts;
  const words = [
    ["localPref", texts.localPref],
    ["med", texts.med],
    ["asPathPrepend", texts.asPathPrepend],
    ["origin", texts.origin],
    ["nextHop", texts.nextHop],
    ["bandwidth", bandwidth && `${bandwidth.bytesPerSecond} B/s ${bandwidth.transitivity}`],
  ] as const;
  return words.flatMap(([name, value]) => (value === undefined ? [] : [`${name} ${value}`])).join(", ");
}
