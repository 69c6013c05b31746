/** Names and sets of communities. */
import {
  Administrator,
  decodeExtendedCommunity,
  encodeExtendedCommunity,
  formatCommunity,
  formatExtendedCommunity,
  formatIpv4,
  formatLargeCommunity,
  WellKnownCommunity,
} from "bgp-ts-codec";
import type { LinkBandwidth } from "./announcement.ts";
import type { Communities } from "./config.ts";

export { parseExtendedCommunity } from "bgp-ts-codec";

/** The communities that need no definition, by the names that routers and IANA's registry use. */
export const wellKnownCommunities: ReadonlyMap<string, number> = new Map<string, number>([
  ...Object.entries(WellKnownCommunity),
  ["nopeer", WellKnownCommunity["no-peer"]],
]);

/** What routes carry that are about to go (RFC 8326). */
export const GRACEFUL_SHUTDOWN: Communities = { standard: [WellKnownCommunity["graceful-shutdown"]], large: [] };

/** The union, each community once, in ascending order: the same for any order of `all`. */
export function uniteCommunities(all: readonly Communities[]): Communities {
  const large = new Map(all.flatMap((one) => one.large.map((community) => [community.join(":"), community])));
  const extended = [...new Set(all.flatMap((one) => one.extended ?? []))].sort((a, b) => (a < b ? -1 : 1));
  return {
    standard: [...new Set(all.flatMap((one) => one.standard))].sort((a, b) => a - b),
    large: [...large.values()].sort((a, b) => a[0] - b[0] || a[1] - b[1] || a[2] - b[2]),
    ...(extended.length > 0 && { extended }),
  };
}

/** A route target or a route origin as routers write it, AS numbers in plain: "64500:1", "192.0.2.1:1", "70000:1". */
export interface TargetOrOrigin {
  readonly kind: "rt" | "soo";
  readonly text: string;
}

/** Undefined for any other extended community. */
export function targetOrOrigin(extended: bigint): TargetOrOrigin | undefined {
  const community = decodeExtendedCommunity(extended);
  if (community.kind !== "route-target" && community.kind !== "route-origin") return undefined;
  const { kind, administrator, global, local } = community;
  const head = administrator === Administrator.Ipv4 ? formatIpv4(global) : `${global}`;
  return { kind: kind === "route-target" ? "rt" : "soo", text: `${head}:${local}` };
}

/** RFC 10005; `asn` is that of the AS that gives it. */
export function bandwidthCommunity({ bytesPerSecond, transitivity }: LinkBandwidth, asn: number): bigint {
  const transitive = transitivity === "transitive";
  return encodeExtendedCommunity({ kind: "link-bandwidth", transitive, asn, bytesPerSecond });
}

export function isLinkBandwidth(extended: bigint): boolean {
  return decodeExtendedCommunity(extended).kind === "link-bandwidth";
}

/** As users write them in an advertisement: "64500:100", "no-export", "large:64500:1:100", "rt:64500:1". */
export function communityTexts({ standard, large, extended = [] }: Communities): string[] {
  return [
    ...standard.map(formatCommunity),
    ...large.map(([global, local1, local2]) => `large:${formatLargeCommunity({ global, local1, local2 })}`),
    ...extended.map(formatExtendedCommunity),
  ];
}
