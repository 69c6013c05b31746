/** An UPDATE in words: readable names and values, routes of all families together. */
import {
  attributeName,
  endOfRibFamily,
  formatExtendedCommunity,
  formatIpv4,
  formatIpv6,
  formatLargeCommunity,
  formatPrefix,
  Origin,
  SegmentType,
} from "bgp-ts-codec";
import type { AsPathSegment, NextHop, Nlri, PathAttributes, UpdateMessage } from "bgp-ts-codec";
import { familyName, hex } from "./names.ts";

const ORIGINS: Readonly<Record<Origin, string>> = {
  [Origin.Igp]: "IGP",
  [Origin.Egp]: "EGP",
  [Origin.Incomplete]: "INCOMPLETE",
};

interface SegmentText {
  readonly name: string;
  readonly open: string;
  readonly between: string;
  readonly close: string;
}

/** As routers write them: "65001 65002", "{65003,65004}", "(65005 65006)", "[65007,65008]". */
const SEGMENTS: Readonly<Record<SegmentType, SegmentText>> = {
  [SegmentType.Sequence]: { name: "sequence", open: "", between: " ", close: "" },
  [SegmentType.Set]: { name: "set", open: "{", between: ",", close: "}" },
  [SegmentType.ConfedSequence]: { name: "confed-sequence", open: "(", between: " ", close: ")" },
  [SegmentType.ConfedSet]: { name: "confed-set", open: "[", between: ",", close: "]" },
};

export function describeUpdate(update: UpdateMessage, whole: boolean): object {
  const { mpReach, mpUnreach } = update;
  const ended = whole ? endOfRibFamily(update) : undefined;
  return {
    attributes: { ...describeAttributes(update.attributes), ...describeReach(update), ...describeUnreach(update) },
    withdrawn: [...update.withdrawn, ...(mpUnreach?.nlri ?? [])].map(route),
    announced: [...update.nlri, ...(mpReach?.nlri ?? [])].map(route),
    ...(ended === undefined ? {} : { endOfRib: familyName({ afi: ended, safi: 1 }) }),
  };
}

/** "192.0.2.0/24", with ADD-PATH "192.0.2.0/24 path 7". */
function route({ prefix, pathId }: Nlri): string {
  return pathId === undefined ? formatPrefix(prefix) : `${formatPrefix(prefix)} path ${pathId}`;
}

/** The next hop of MP_REACH_NLRI is `nextHop` unless the message has NEXT_HOP too. */
function describeReach({ attributes, mpReach }: UpdateMessage): object {
  if (mpReach === undefined) return {};
  const { nextHop } = mpReach;
  if (nextHop === undefined) return { mpReach: familyName(mpReach) };
  const field = attributes.nextHop === undefined ? "nextHop" : "mpNextHop";
  return { mpReach: familyName(mpReach), ...describeNextHop(nextHop, field) };
}

function describeNextHop(nextHop: NextHop, field: string): object {
  if (nextHop.afi === 1) return { [field]: formatIpv4(nextHop.address) };
  const { address, linkLocal } = nextHop;
  return {
    [field]: formatIpv6(address),
    ...(linkLocal === undefined ? {} : { linkLocalNextHop: formatIpv6(linkLocal) }),
  };
}

function describeUnreach({ mpUnreach }: UpdateMessage): object {
  return mpUnreach === undefined ? {} : { mpUnreach: familyName(mpUnreach) };
}

function describeAttributes(attributes: PathAttributes): object {
  const { origin, asPath, nextHop, med, localPref, atomicAggregate, aggregator, otc, unknown } = attributes;
  const { communities, originatorId, clusterList, extendedCommunities, largeCommunities } = attributes;
  return dropUndefined({
    origin: origin === undefined ? undefined : ORIGINS[origin],
    asPath: asPath?.map(segmentText).join(" "),
    asPathSegments: asPath?.map(({ type, asns }) => ({ type: SEGMENTS[type].name, asns })),
    nextHop: nextHop === undefined ? undefined : formatIpv4(nextHop),
    med,
    localPref,
    atomicAggregate,
    aggregator: aggregator && { asn: aggregator.asn, address: formatIpv4(aggregator.address) },
    communities: communities?.map((value) => `${value >>> 16}:${value & 0xffff}`),
    originatorId: originatorId === undefined ? undefined : formatIpv4(originatorId),
    clusterList: clusterList?.map(formatIpv4),
    extendedCommunities: extendedCommunities?.map(formatExtendedCommunity),
    largeCommunities: largeCommunities?.map(formatLargeCommunity),
    otc,
    unknown: unknown?.map(({ flags, type, value }) => ({
      type,
      name: attributeName(type),
      flags: hex(Uint8Array.of(flags)),
      value: hex(value),
    })),
  });
}

function segmentText({ type, asns }: AsPathSegment): string {
  const { open, between, close } = SEGMENTS[type];
  return `${open}${asns.join(between)}${close}`;
}

function dropUndefined(fields: object): object {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
