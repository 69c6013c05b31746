/** What L2Advertisement and BGPAdvertisement have in common. */
import * as z from "zod";
import { selectors } from "../selector.ts";

export const advertised = {
  ipAddressPools: z
    .array(z.string())
    .default([])
    .describe("Names of the pools whose addresses are announced, besides those that the selectors choose."),
  ipAddressPoolSelectors: selectors(
    "Labels of the pools whose addresses are announced; any may match. No names and no selectors: all pools.",
  ),
  nodeSelectors: selectors("Labels of the nodes that announce; any may match. None: all nodes."),
  serviceSelectors: selectors("Labels of the Services that are announced; any may match. None: all Services."),
};
