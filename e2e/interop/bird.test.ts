import { birdc } from "../lab/index.ts";
import type { Path } from "./router.ts";
import { interoperates } from "./suite.ts";

/** "(64500,100) (65535,65281)" → "64500:100", "no-export". */
function communities(text: string): string[] {
  const numbers = Array.from(text.matchAll(/\(([\d, ]+)\)/g), ([, list = ""]) => list.replaceAll(/, */g, ":"));
  return numbers.map((one) => (one === "65535:65281" ? "no-export" : one));
}

/** `show route all`: a route begins at the left margin, its attributes follow, indented, as "BGP.name: value". */
function parseRoutes(text: string): Path[] {
  return text.split(/^(?=[0-9a-f:.]+\/\d+)/m).flatMap((block): Path[] => {
    const prefix = /^[0-9a-f:.]+\/\d+/.exec(block)?.[0];
    if (prefix === undefined) return [];
    const attribute = (name: string): string => new RegExp(`^\\s+BGP\\.${name}: (.*)$`, "m").exec(block)?.[1] ?? "";
    return [
      {
        prefix,
        nextHop: attribute("next_hop").split(" ")[0] ?? "",
        asPath: attribute("as_path"),
        origin: attribute("origin"),
        communities: communities(attribute("community")),
        largeCommunities: communities(attribute("large_community")),
      },
    ];
  });
}

interoperates({
  name: "BIRD",
  topology: "pair-bird.clab.yml",
  paths: async (node) => parseRoutes(await birdc(node, "show route all")),
  requirePassword: async (node, password) => {
    const neighbor = "neighbor 10.0.0.11;";
    node.edit("bird.conf", (text) => text.replace(neighbor, `${neighbor}\n  password "${password}";`));
    await birdc(node, "configure");
  },
  reset: async (node) => {
    await birdc(node, "restart all");
  },
});
