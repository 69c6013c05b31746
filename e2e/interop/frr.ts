/** FRR as the router of a pair. */
import { frrPaths } from "../lab/index.ts";
import type { Router } from "./router.ts";

interface Neighbor {
  readonly lastNotificationReason?: string;
}

/** "RT:64500:1 SoO:64500:7 LB:64500:125000 (1.000 Mbps)". */
function extendedTexts(text: string): string[] {
  const names: Readonly<Record<string, string>> = { RT: "rt", SoO: "soo" };
  return Array.from(text.matchAll(/(RT|SoO|LB):(\S+):(\d+)/g), ([, kind = "", head = "", last = ""]) =>
    kind === "LB" ? `bandwidth:${last}` : `${names[kind]}:${head}:${last}`,
  );
}

export const frr: Router = {
  name: "FRR",
  topology: "pair.clab.yml",
  paths: async (node) => {
    const families = await Promise.all([frrPaths(node, 4), frrPaths(node, 6)]);
    return families
      .flat()
      .map(({ prefix, nextHop, asPath, origin, communities, largeCommunities, extendedCommunities, med }) => {
        const extended = extendedTexts(extendedCommunities);
        const path = { prefix, nextHop, asPath, origin, communities, largeCommunities };
        return {
          ...path,
          ...(extended.length > 0 && { extendedCommunities: extended }),
          ...(med !== undefined && { med }),
        };
      });
  },
  requirePassword: async (node, password) => {
    await node.vtysh("configure terminal", "router bgp 64501", `neighbor 10.0.0.11 password ${password}`);
  },
  announce: async (node, prefixes) => {
    const networks = prefixes.map((prefix) => `network ${prefix}`);
    const family = ["address-family ipv4 unicast", ...networks, "exit-address-family"];
    await node.vtysh("configure terminal", "router bgp 64501", "no bgp network import-check", ...family);
  },
  told: async (node) => {
    const neighbors = (await node.vtyshJson("show bgp neighbors 10.0.0.11 json")) as Record<string, Neighbor>;
    return neighbors["10.0.0.11"]?.lastNotificationReason ?? "";
  },
  reset: async (node) => {
    await node.vtysh("clear bgp *");
  },
};
