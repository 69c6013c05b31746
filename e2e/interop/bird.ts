/** BIRD as the router of a pair. */
import { birdc } from "../lab/index.ts";
import type { Path, Router } from "./router.ts";

/** "(64500,100) (65535,65281)" → "64500:100", "no-export". */
function communities(text: string): string[] {
  const numbers = Array.from(text.matchAll(/\(([\d, ]+)\)/g), ([, list = ""]) => list.replaceAll(/, */g, ":"));
  return numbers.map((one) => (one === "65535:65281" ? "no-export" : one));
}

/** "(rt, 64500, 1) (ro, 64500, 7) (unknown 0x4, 64500, 1207182336)": the last one is a float of four bytes. */
function extendedCommunities(text: string): string[] {
  return Array.from(text.matchAll(/\((\w+(?: 0x\w+)?), (\d+), (\d+)\)/g), ([all, kind = "", head = "", last = ""]) => {
    if (kind === "rt") return `rt:${head}:${last}`;
    if (kind === "ro") return `soo:${head}:${last}`;
    const view = new DataView(new ArrayBuffer(4));
    view.setUint32(0, Number(last));
    return /^unknown 0x(?:4000)?4$/.test(kind) ? `bandwidth:${view.getFloat32(0)}` : all;
  });
}

/** `show route all`: a route begins at the left margin, its attributes follow, indented, as "BGP.name: value". */
function parseRoutes(text: string): Path[] {
  return text.split(/^(?=[0-9a-f:.]+\/\d+)/m).flatMap((block): Path[] => {
    const prefix = /^[0-9a-f:.]+\/\d+/.exec(block)?.[0];
    if (prefix === undefined) return [];
    const attribute = (name: string): string => new RegExp(`^\\s+BGP\\.${name}: (.*)$`, "m").exec(block)?.[1] ?? "";
    const extended = extendedCommunities(attribute("ext_community"));
    const med = attribute("med");
    return [
      {
        prefix,
        nextHop: attribute("next_hop").split(" ")[0] ?? "",
        asPath: attribute("as_path"),
        origin: attribute("origin"),
        communities: communities(attribute("community")),
        largeCommunities: communities(attribute("large_community")),
        ...(extended.length > 0 && { extendedCommunities: extended }),
        ...(med !== "" && { med: Number(med) }),
      },
    ];
  });
}

export const bird: Router = {
  name: "BIRD",
  topology: "pair-bird.clab.yml",
  paths: async (node) => parseRoutes(await birdc(node, "show route all")),
  requirePassword: async (node, password) => {
    const neighbor = "neighbor 10.0.0.11;";
    node.edit("bird.conf", (text) => text.replace(neighbor, `${neighbor}\n  password "${password}";`));
    await birdc(node, "configure");
  },
  announce: async (node, prefixes) => {
    const routes = prefixes.map((prefix) => `  route ${prefix} blackhole;`).join("\n");
    const block = `protocol static own {\n  ipv4;\n${routes}\n}\n`;
    node.edit("bird.conf", (text) => {
      return text.replace("export none", "export all").replace(/protocol static own {[^}]*}\n|$/, block);
    });
    await birdc(node, "configure");
  },
  told: async (node) => {
    const text = await birdc(node, "show protocols all speaker4");
    return /Last error: +Received: (.*)/.exec(text)?.[1] ?? "";
  },
  reset: async (node) => {
    await birdc(node, "restart all");
  },
};
