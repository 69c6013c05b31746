/**
 * bgpd's configuration in memory: takes commands as bgpd does and prints what it then has. Refuses what bgpd would
 * refuse, and what would leak routes: a prefix before its policy, a policy taken from under a prefix.
 */
import type { Vty, VtyAnswer } from "../../src/backend/frr/index.ts";

interface Instance {
  readonly asn: string;
  readonly lines: Set<string>;
  readonly neighbors: Map<string, Set<string>>;
  readonly families: Record<"ipv4" | "ipv6", Family>;
}

interface Family {
  readonly networks: Map<string, string>;
  readonly neighbors: Map<string, Set<string>>;
}

function emptyFamily(): Family {
  return { networks: new Map(), neighbors: new Map() };
}

function neighborLines(neighbors: ReadonlyMap<string, ReadonlySet<string>>): string[] {
  return [...neighbors].flatMap(([address, lines]) => [...lines].map((line) => `neighbor ${address} ${line}`));
}

function added<T>(map: Map<string, Set<T>>, key: string): Set<T> {
  const set = map.get(key) ?? new Set<T>();
  map.set(key, set);
  return set;
}

export class ModelFrr implements Vty {
  instance: Instance | undefined;
  readonly maps = new Map<string, Set<string>>();
  /** The answer to `show bgp neighbors json`. */
  neighborsJson = "{}";
  /** All configuration commands so far. */
  readonly taken: string[] = [];
  /** A line that is refused. */
  refuse: RegExp | undefined;
  /** Every command fails with this. */
  down: Error | undefined;
  closed = false;
  #family: "ipv4" | "ipv6" | undefined;
  #map: Set<string> | undefined;
  #mode: "view" | "config" | "bgp" | "map" = "view";

  run(commands: readonly string[]): Promise<readonly VtyAnswer[]> {
    if (this.down !== undefined) return Promise.reject(this.down);
    return Promise.resolve(commands.map((command) => ({ command, ...this.#command(command) })));
  }

  close(): void {
    this.closed = true;
  }

  /** Commands of an operator. */
  configure(...commands: readonly string[]): void {
    for (const command of ["enable", "configure terminal", ...commands, "end"]) {
      const { status, text } = this.#command(command);
      if (status !== 0) throw new Error(`${command}: ${text}`);
    }
  }

  #command(command: string): { text: string; status: number } {
    if (command === "show running-config") return { text: this.print(), status: 0 };
    if (command === "show bgp neighbors json") return { text: this.neighborsJson, status: 0 };
    if (command === "enable") return { text: "", status: 0 };
    if (command === "configure terminal") this.#mode = "config";
    else if (command === "end") this.#mode = "view";
    else if (command === "exit") this.#mode = "config";
    else {
      this.taken.push(command);
      const fault = this.refuse?.test(command) === true ? "% Malformed" : this.#line(command);
      if (fault !== undefined) return { text: `${fault}\n`, status: 13 };
    }
    return { text: "", status: 0 };
  }

  #line(command: string): string | undefined {
    if (this.#mode === "view") return "not configuring";
    const [, no, asn] = /^(no )?router bgp (\d+)$/.exec(command) ?? [];
    if (asn !== undefined) return this.#router(asn, no !== undefined);
    if (/^(no )?route-map /.test(command)) return this.#routeMap(command);
    if (this.#mode === "map") return toggle(this.#map ?? new Set(), command);
    if (this.#mode === "bgp" && this.instance !== undefined) return this.#bgp(this.instance, command);
    return `unknown command ${command}`;
  }

  #router(asn: string, no: boolean): string | undefined {
    if (this.instance !== undefined && this.instance.asn !== asn) return "BGP is already running";
    if (no) {
      this.instance = undefined;
      this.#mode = "config";
      return undefined;
    }
    this.#mode = "bgp";
    this.#family = undefined;
    this.instance ??= {
      asn,
      lines: new Set(),
      neighbors: new Map(),
      families: { ipv4: emptyFamily(), ipv6: emptyFamily() },
    };
    return undefined;
  }

  #routeMap(command: string): string | undefined {
    if (!command.startsWith("no ")) {
      this.#map = added(this.maps, command);
      this.#mode = "map";
      return undefined;
    }
    const header = command.slice(3);
    const [, name = ""] = header.split(" ");
    if (!this.maps.delete(header)) return "no such route-map";
    if (this.#hasMap(name)) return undefined;
    return this.#uses(name) ? `route-map ${name} is in use` : undefined;
  }

  #hasMap(name: string): boolean {
    return [...this.maps.keys()].some((header) => header.startsWith(`route-map ${name} `));
  }

  #uses(name: string): boolean {
    const families = Object.values(this.instance?.families ?? {});
    return families.some(
      ({ networks, neighbors }) =>
        [...networks.values()].includes(name) ||
        [...neighbors.values()].some((lines) => [...lines].some((line) => line.split(" ")[1] === name)),
    );
  }

  #bgp(instance: Instance, command: string): string | undefined {
    const [, family] = /^address-family (ipv4|ipv6) unicast$/.exec(command) ?? [];
    if (family === "ipv4" || family === "ipv6") this.#family = family;
    else if (command === "exit-address-family") this.#family = undefined;
    else if (/^(no )?network /.test(command)) return this.#network(instance, command);
    else if (/^(no )?neighbor /.test(command)) return this.#neighbor(instance, command);
    else return this.#instanceLine(instance, command);
    return undefined;
  }

  #instanceLine({ lines, neighbors }: Instance, command: string): string | undefined {
    const [, group] = /^bgp listen range \S+ peer-group (\S+)$/.exec(command) ?? [];
    if (group !== undefined && neighbors.get(group)?.has("peer-group") !== true) return "Configure peer-group first";
    return toggle(lines, command);
  }

  #network({ families }: Instance, command: string): string | undefined {
    if (this.#family === undefined) return "not in an address family";
    const { networks } = families[this.#family];
    const [, no, prefix = "", map = ""] = /^(no )?network (\S+)(?: route-map (\S+))?$/.exec(command) ?? [];
    if (no !== undefined) return networks.delete(prefix) ? undefined : "no such network";
    if (map !== "" && !this.#hasMap(map)) return `route-map ${map} is not there yet`;
    networks.set(prefix, map);
    return undefined;
  }

  #neighbor({ lines: own, neighbors, families }: Instance, command: string): string | undefined {
    const [, no, address = "", line = ""] = /^(no )?neighbor (\S+)(?: (.+))?$/.exec(command) ?? [];
    const all = Object.values(families);
    const isGroup = neighbors.get(address)?.has("peer-group") === true;
    if (no !== undefined && line === (isGroup ? "peer-group" : "")) {
      for (const family of all) family.neighbors.delete(address);
      for (const one of own) if (one.endsWith(` peer-group ${address}`)) own.delete(one);
      return neighbors.delete(address) ? undefined : "no such neighbor";
    }
    if (!neighbors.has(address) && !/^(?:remote-as |peer-group$)/.test(line)) return "Specify remote-as first";
    const [, map] = /^route-map (\S+) /.exec(line) ?? [];
    if (no === undefined && map !== undefined && !this.#hasMap(map)) return `route-map ${map} is not there yet`;
    const where = this.#family === undefined ? neighbors : families[this.#family].neighbors;
    return toggle(added(where, address), `${no ?? ""}${line}`);
  }

  print(): string {
    const { instance } = this;
    const bgp = instance && [
      `router bgp ${instance.asn}`,
      ...[...neighborLines(instance.neighbors), ...instance.lines].map((line) => ` ${line}`),
      ...Object.entries(instance.families).flatMap(([family, { networks, neighbors }]) => [
        " !",
        ` address-family ${family} unicast`,
        ...[...networks].map(([prefix, map]) => `  network ${prefix}${map === "" ? "" : ` route-map ${map}`}`),
        ...neighborLines(neighbors).map((line) => `  ${line}`),
        " exit-address-family",
      ]),
      "exit",
      "!",
    ];
    const maps = [...this.maps].flatMap(([header, lines]) => [header, ...[...lines].map((l) => ` ${l}`), "exit", "!"]);
    return ["Current configuration:", "!", "frr version 8.4.4", "!", ...(bgp ?? []), ...maps, "end", ""].join("\n");
  }
}

/** "no X" takes X away, a new "set community" the one before; any other line is added. */
function toggle(lines: Set<string>, command: string): string | undefined {
  const plain = command.replace(/^no /, "");
  if (plain !== command && lines.delete(plain)) return undefined;
  if (plain !== command && plain === "password") {
    for (const line of lines) if (line.startsWith("password ")) lines.delete(line);
    return undefined;
  }
  const kind =
    /^(set extcommunity [a-z]+|set [a-z-]+|password|timers connect|description|bgp router-id|bgp minimum-holdtime|bgp listen limit|maximum-prefix) /.exec(
      command,
    )?.[1];
  for (const line of lines) if (kind !== undefined && line.startsWith(`${kind} `)) lines.delete(line);
  const [, way] = /^route-map \S+ (in|out)$/.exec(command) ?? [];
  for (const line of lines)
    if (way !== undefined && /^route-map \S+ (in|out)$/.exec(line)?.[1] === way) lines.delete(line);
  lines.add(command);
  return undefined;
}
