/** metallb.io BGPAdvertisement: announce addresses to BGP peers. */
import * as z from "zod";
import { parseNextHop } from "../address.ts";
import { parseCommunityReference, parseExtended } from "../community.ts";
import { DURATION_PATTERN, parseDuration } from "../duration.ts";
import { kindOf } from "../kind.ts";
import { isFault, textAs } from "../text.ts";
import type { Parsed } from "../text.ts";
import { advertised } from "./advertisement.ts";
import { resource } from "./resource.ts";

const community = textAs(parseCommunityReference, "a community such as 64500:100, or the name of an alias");
const extendedCommunity = textAs(parseExtended, "an extended community such as rt:64500:1");

/** The longest wait for a health check, in milliseconds. */
const LONGEST_WAIT = 600_000;

function parseWait(text: string): Parsed<number> {
  const parsed = parseDuration(text);
  if (isFault(parsed) || (parsed.value > 0 && parsed.value <= LONGEST_WAIT)) return parsed;
  return { what: `${JSON.stringify(text)} is out of range`, fix: "write more than 0s, and not more than 10m" };
}

const HOST_ROUTES_ONLY = {
  rule:
    "!has(self.serviceSelectors) || size(self.serviceSelectors) == 0 || " +
    "((!has(self.aggregationLength) || self.aggregationLength == 32) && " +
    "(!has(self.aggregationLengthV6) || self.aggregationLengthV6 == 128))",
  message:
    "an aggregate cannot be announced for some Services only: leave out serviceSelectors, or aggregationLength and aggregationLengthV6",
};

const spec = z
  .object({
    ...advertised,
    aggregationLength: z
      .int()
      .min(1)
      .max(32)
      .default(32)
      .describe("Length of the IPv4 prefixes announced: the one that holds the address."),
    aggregationLengthV6: z
      .int()
      .min(1)
      .max(128)
      .default(128)
      .describe("Length of the IPv6 prefixes announced: the one that holds the address."),
    localPref: z
      .int()
      .min(0)
      .max(4_294_967_295)
      .default(0)
      .describe("LOCAL_PREF towards iBGP peers: the larger one wins. 0: not set."),
    communities: z
      .array(community)
      .default([])
      .describe("Communities of the routes: numbers (a:b, or large:a:b:c), names of aliases, or well-known names."),
    extendedCommunities: z
      .array(extendedCommunity)
      .default([])
      .describe(
        "Herald extension. Extended communities of the routes: rt:AS:NUMBER, soo:AS:NUMBER, color:FLAGS:COLOR, " +
          "link-bandwidth:AS:BYTES-PER-SECOND, or 0x and 16 hexadecimal digits.",
      ),
    med: z
      .int()
      .min(0)
      .max(4_294_967_295)
      .optional()
      .describe("Herald extension. MULTI_EXIT_DISC: among routes from one AS the smaller one wins."),
    asPathPrepend: z
      .int()
      .min(1)
      .max(20)
      .optional()
      .describe("Herald extension. How often our AS is repeated in the path, towards eBGP peers: a longer path loses."),
    origin: z.enum(["igp", "egp", "incomplete"]).optional().describe("Herald extension. ORIGIN. Default igp."),
    nextHop: textAs(parseNextHop(4), "an IPv4 address")
      .optional()
      .describe("Herald extension. Next hop of IPv4 routes, in place of the node's own address."),
    nextHopV6: textAs(parseNextHop(6), "an IPv6 address")
      .optional()
      .describe("Herald extension. Next hop of IPv6 routes, in place of the node's own address."),
    weightByEndpoints: z
      .enum(["transitive", "non-transitive"])
      .optional()
      .describe(
        "Herald extension. Routes of Services with externalTrafficPolicy Local carry a bandwidth in proportion to the " +
          "node's ready endpoints (RFC 10005), as a community that passes on to other ASes, or does not.",
      ),
    moreSpecifics: z
      .enum(["announce", "suppress"])
      .optional()
      .describe(
        "Herald extension. Beside an aggregate: announce the host routes too, or suppress those of other advertisements. " +
          "Default: this advertisement announces the aggregate alone, others what they say.",
      ),
    waitForHealthCheck: textAs(parseWait, 'a duration such as "30s"')
      .meta({ pattern: DURATION_PATTERN })
      .optional()
      .describe(
        "Herald extension. A Service with externalTrafficPolicy Local is announced once its health check on the node " +
          "says that it has endpoints there, or after this time.",
      ),
    peers: z.array(z.string()).default([]).describe("Names of the BGPPeers that are told. None: all."),
  })
  .meta({ "x-kubernetes-validations": [HOST_ROUTES_ONLY] })
  .prefault({})
  .describe("What is announced to which peers, and with which attributes.");

export const bgpAdvertisement = kindOf(resource("BGPAdvertisement", "v1beta1", spec));
