/** Reads `show running-config` of bgpd: Herald's own lines, and what of the operator's matters. */
import type { Family } from "../../model/address.ts";
import { MARKER, PREFIX } from "./config.ts";
import type { FrrNeighbor, RunningConfig } from "./config.ts";

const IMPORT_CHECK_OFF = "no bgp network import-check";
/** Lines of "router bgp" that Herald writes where the instance is its own. */
const INSTANCE =
  /^(?:bgp router-id \S+|no bgp default ipv4-unicast|no bgp network import-check|bgp graceful-restart preserve-fw-state|bgp minimum-holdtime \d+|bgp listen limit \d+)$/;

interface RawNeighbor {
  readonly session: string[];
  readonly families: Record<Family, string[]>;
}

/** Where in the text we are: outside, in a route-map of ours, in the default instance, or in something else's lines. */
type Block = { readonly type: "map"; readonly lines: string[] } | { readonly type: "bgp" | "other" };

class Reader {
  asn: number | undefined;
  readonly routeMaps = new Map<string, string[]>();
  readonly raw = new Map<string, RawNeighbor>();
  readonly networks = { 4: new Map<string, string>(), 6: new Map<string, string>() };
  readonly foreignNetworks = new Set<string>();
  readonly instance: string[] = [];
  /** A family is activated for every neighbour unless its lines say no. */
  readonly byDefault: Record<Family, boolean> = { 4: true, 6: false };
  otherLines = false;
  #block: Block = { type: "other" };
  #family: Family | "other" | undefined;

  line(text: string): void {
    if (!text.startsWith(" ")) return this.#top(text);
    const line = text.trim();
    if (line === "!" || line === "") return;
    if (this.#block.type === "map") this.#block.lines.push(line);
    else if (this.#block.type === "bgp") this.#bgp(line);
  }

  #top(text: string): void {
    const [, asn] = /^router bgp (\d+)$/.exec(text) ?? [];
    if (text === "!" || text === "") return;
    this.#family = undefined;
    if (asn !== undefined) {
      this.asn = Number(asn);
      this.#block = { type: "bgp" };
    } else if (text.startsWith(`route-map ${PREFIX}`)) {
      const lines: string[] = [];
      this.routeMaps.set(text, lines);
      this.#block = { type: "map", lines };
    } else {
      this.#block = { type: "other" };
    }
  }

  #bgp(line: string): void {
    const [, afi] = /^address-family (?:(ipv4|ipv6) unicast$)?/.exec(line) ?? [];
    if (line.startsWith("address-family ")) this.#family = afi === "ipv4" ? 4 : afi === "ipv6" ? 6 : "other";
    else if (line === "exit-address-family") this.#family = undefined;
    else if (this.#family === "other") this.otherLines = true;
    else this.#bgpLine(line, this.#family);
  }

  #bgpLine(line: string, family: Family | undefined): void {
    const [, no = "", address, rest] = /^(no )?neighbor (\S+) (.+)$/.exec(line) ?? [];
    if (address !== undefined && rest !== undefined) {
      const neighbor = this.#neighbor(address);
      (family === undefined ? neighbor.session : neighbor.families[family]).push(`${no}${rest}`);
      return;
    }
    const [, listen, group = ""] = /^bgp (listen range \S+) peer-group (\S+)$/.exec(line) ?? [];
    if (listen !== undefined) {
      this.#neighbor(group).session.push(listen);
      return;
    }
    const [, prefix, map] = /^network (\S+)(?: route-map (\S+))?/.exec(line) ?? [];
    if (family !== undefined && prefix !== undefined) {
      if (map?.startsWith(PREFIX) === true) this.networks[family].set(prefix, map);
      else this.foreignNetworks.add(prefix);
      return;
    }
    if (family === undefined && INSTANCE.test(line)) this.instance.push(line);
    else this.otherLines = true;
    if (line === "no bgp default ipv4-unicast") this.byDefault[4] = false;
    if (line === "bgp default ipv6-unicast") this.byDefault[6] = true;
  }

  #neighbor(name: string): RawNeighbor {
    const neighbor = this.raw.get(name) ?? { session: [], families: { 4: [], 6: [] } };
    this.raw.set(name, neighbor);
    return neighbor;
  }

  /** The lines of a family, with an activation that is only meant. */
  #activated(lines: readonly string[], family: Family): readonly string[] {
    const off = lines.includes("no activate");
    const rest = lines.filter((line) => line !== "no activate");
    return this.byDefault[family] && !off && !rest.includes("activate") ? ["activate", ...rest] : rest;
  }

  neighbors(): Map<string, FrrNeighbor> {
    const ours = new Map<string, FrrNeighbor>();
    for (const [address, { session, families }] of this.raw) {
      const described = session.find((line) => line.startsWith("description herald "));
      if (described === undefined) continue;
      ours.set(address, {
        description: described.slice("description ".length),
        session: session.filter((line) => line !== described),
        families: { 4: this.#activated(families[4], 4), 6: this.#activated(families[6], 6) },
      });
    }
    return ours;
  }
}

export function readRunningConfig(text: string): RunningConfig {
  const reader = new Reader();
  for (const line of text.split(/\r?\n/)) reader.line(line);
  const { asn, routeMaps, networks, foreignNetworks, instance, raw, otherLines, byDefault } = reader;
  const neighbors = reader.neighbors();
  const foreignNeighbors = new Set([...raw.keys()].filter((address) => !neighbors.has(address)));
  return {
    asn,
    instance: asn !== undefined && routeMaps.has(MARKER) ? instance : undefined,
    routeMaps,
    neighbors,
    networks,
    foreignNeighbors,
    foreignNetworks,
    shared: otherLines || foreignNeighbors.size > 0 || foreignNetworks.size > 0,
    importCheck: !instance.includes(IMPORT_CHECK_OFF),
    byDefault,
  };
}
