/** metallb.io BGPAdvertisement: announce addresses to BGP peers. */
import { z } from "zod";
import { parseCommunityReference } from "../community.ts";
import { kindOf } from "../kind.ts";
import { textAs } from "../text.ts";
import { advertised } from "./advertisement.ts";
import { resource } from "./resource.ts";

const community = textAs(parseCommunityReference, "a community such as 64500:100, or the name of an alias");

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
    peers: z.array(z.string()).default([]).describe("Names of the BGPPeers that are told. None: all."),
  })
  .meta({ "x-kubernetes-validations": [HOST_ROUTES_ONLY] })
  .prefault({})
  .describe("What is announced to which peers, and with which attributes.");

export const bgpAdvertisement = kindOf(resource("BGPAdvertisement", "v1beta1", spec));
