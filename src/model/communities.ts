/** Names and sets of communities. */
import { formatCommunity, formatLargeCommunity, WellKnownCommunity } from "bgp-ts-codec";
import type { Communities } from "./config.ts";

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
  return {
    standard: [...new Set(all.flatMap((one) => one.standard))].sort((a, b) => a - b),
    large: [...large.values()].sort((a, b) => a[0] - b[0] || a[1] - b[1] || a[2] - b[2]),
  };
}

/** As users write them in an advertisement: "64500:100", "no-export", "large:64500:1:100". */
export function communityTexts({ standard, large }: Communities): string[] {
  return [
    ...standard.map(formatCommunity),
    ...large.map(([global, local1, local2]) => `large:${formatLargeCommunity({ global, local1, local2 })}`),
  ];
}
