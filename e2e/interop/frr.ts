/** FRR as the router of a pair. */
import { frrPaths } from "../lab/index.ts";
import type { Router } from "./router.ts";

export const frr: Router = {
  name: "FRR",
  topology: "pair.clab.yml",
  paths: async (node) => {
    const families = await Promise.all([frrPaths(node, 4), frrPaths(node, 6)]);
    return families.flat().map(({ prefix, nextHop, asPath, origin, communities, largeCommunities }) => {
      return { prefix, nextHop, asPath, origin, communities, largeCommunities };
    });
  },
  requirePassword: async (node, password) => {
    await node.vtysh("configure terminal", "router bgp 64501", `neighbor 10.0.0.11 password ${password}`);
  },
  reset: async (node) => {
    await node.vtysh("clear bgp *");
  },
};
