/**
 * From one configuration to another, as commands of one `configure terminal`. Policy comes before the prefixes that use
 * it, prefixes before the neighbours that would be told too little; what goes is withdrawn before its policy goes.
 */
import type { Family } from "../../model/address.ts";
import { emptyConfig } from "./config.ts";
import type { FrrConfig, FrrNeighbor, RunningConfig } from "./config.ts";

const FAMILIES: readonly Family[] = [4, 6];

/** The commands that lead from `current` to `wanted`; none where they are equal. Each is one line. */
export function difference(current: RunningConfig, wanted: FrrConfig): string[] {
  const gone = current.asn !== undefined && (wanted.asn !== current.asn || dropsInstance(current, wanted));
  const base: FrrConfig = gone ? { ...emptyConfig(), routeMaps: current.routeMaps } : current;
  const byDefault = afterwards(current, wanted).byDefault;
  const policy = [...changedMaps(base, wanted)];
  // Neighbours are told that they are removed; an instance that is removed drops them without a word.
  const left = gone ? emptyConfig() : wanted;
  const withdrawn = [...goneNetworks(current, left), ...goneNeighbors(current, left)];
  const added = [
    ...newInstanceLines(base, wanted),
    ...newNetworks(base, wanted),
    ...newNeighbors(base, wanted, byDefault),
    ...oldInstanceLines(base, wanted),
  ];
  const first = [
    ...(withdrawn.length > 0 ? [`router bgp ${current.asn}`, ...withdrawn, "exit"] : []),
    ...(gone ? [`no router bgp ${current.asn}`] : []),
  ];
  const asn = wanted.asn ?? base.asn;
  const opened = added.length > 0 || (base.asn === undefined && wanted.asn !== undefined);
  const second = opened ? [`router bgp ${asn}`, ...added, "exit"] : [];
  const old = [...base.routeMaps.keys()].filter((header) => !wanted.routeMaps.has(header));
  return [...first, ...policy, ...second, ...old.map((header) => `no ${header}`)];
}

/** An instance of Herald's own in which nobody has put anything is taken away with the last of its lines. */
function dropsInstance(current: RunningConfig, wanted: FrrConfig): boolean {
  return wanted.asn === undefined && current.instance !== undefined && !current.shared;
}

function* changedMaps(current: FrrConfig, wanted: FrrConfig): Generator<string> {
  for (const [header, lines] of wanted.routeMaps) {
    const before = current.routeMaps.get(header);
    const extra = before?.filter((line) => !lines.includes(line)) ?? [];
    const missing = lines.filter((line) => before?.includes(line) !== true);
    if (before !== undefined && extra.length + missing.length === 0) continue;
    yield header;
    for (const line of extra) yield `no ${line}`;
    yield* missing;
    yield "exit";
  }
}

/** Lines of "router bgp", within an address family. */
export function* inFamily(family: Family, lines: readonly string[]): Generator<string> {
  if (lines.length === 0) return;
  yield `address-family ipv${family} unicast`;
  yield* lines;
  yield "exit-address-family";
}

function* goneNetworks(current: FrrConfig, wanted: FrrConfig): Generator<string> {
  for (const family of FAMILIES) {
    const gone = [...current.networks[family].keys()].filter((prefix) => !wanted.networks[family].has(prefix));
    yield* inFamily(
      family,
      gone.map((prefix) => `no network ${prefix}`),
    );
  }
}

function* newNetworks(current: FrrConfig, wanted: FrrConfig): Generator<string> {
  for (const family of FAMILIES) {
    const changed = [...wanted.networks[family]].filter(
      ([prefix, map]) => current.networks[family].get(prefix) !== map,
    );
    yield* inFamily(
      family,
      changed.map(([prefix, map]) => `network ${prefix} route-map ${map}`),
    );
  }
}

const GROUP = "peer-group";
const LISTEN = "listen range ";

/** A session with other terms is a new session. */
function stays(before: FrrNeighbor | undefined, after: FrrNeighbor | undefined): boolean {
  return before !== undefined && before.description === after?.description;
}

function* goneNeighbors(current: FrrConfig, wanted: FrrConfig): Generator<string> {
  for (const [address, before] of current.neighbors) {
    if (stays(before, wanted.neighbors.get(address))) continue;
    yield `no neighbor ${address}${before.session.includes(GROUP) ? ` ${GROUP}` : ""}`;
  }
}

/** What bgpd has once the difference is made. */
export function afterwards(current: RunningConfig, wanted: FrrConfig): RunningConfig {
  const { foreignNeighbors, foreignNetworks, shared } = current;
  const routeMaps = new Map(wanted.routeMaps);
  const networks = { 4: new Map(wanted.networks[4]), 6: new Map(wanted.networks[6]) };
  const after = { ...wanted, routeMaps, networks, foreignNeighbors, foreignNetworks, shared };
  if (wanted.instance !== undefined) {
    return { ...after, importCheck: false, byDefault: { ...current.byDefault, 4: false } };
  }
  return { ...after, importCheck: current.importCheck, byDefault: current.byDefault };
}

function* newNeighbors(
  current: FrrConfig,
  wanted: FrrConfig,
  byDefault: RunningConfig["byDefault"],
): Generator<string> {
  for (const [address, after] of wanted.neighbors) {
    const before = current.neighbors.get(address);
    const kept = stays(before, after) ? before : undefined;
    if (kept === undefined) {
      const [remoteAs = "", ...rest] = after.session.filter((line) => !line.startsWith(LISTEN));
      const first = [remoteAs, `description ${after.description}`, ...rest];
      yield* first.map((line) => command(address, line));
    } else {
      yield* neighborLines(address, kept.session, after.session);
    }
    for (const family of FAMILIES) {
      const has = kept?.families[family] ?? (byDefault[family] ? ["activate"] : []);
      yield* inFamily(family, [...neighborLines(address, has, after.families[family])]);
    }
    if (kept !== undefined) continue;
    // Whoever connects from now on finds all of it.
    for (const line of after.session) if (line.startsWith(LISTEN)) yield command(address, line);
  }
}

/** Without a moment in which there is none. */
const REPLACED = /^(?:route-map|maximum-prefix) /;

function* neighborLines(address: string, before: readonly string[], after: readonly string[]): Generator<string> {
  const kinds = new Set(after.map(kindOf));
  for (const line of before) {
    if (after.includes(line) || line.startsWith("password ")) continue;
    if (REPLACED.test(line) && kinds.has(kindOf(line))) continue;
    yield line.startsWith("no ") ? `neighbor ${address} ${line.slice(3)}` : `no ${command(address, line)}`;
  }
  const password = before.find((line) => line.startsWith("password "));
  if (password !== undefined && !after.some((line) => line.startsWith("password "))) {
    yield `no neighbor ${address} password`;
  }
  for (const line of after) if (!before.includes(line)) yield command(address, line);
}

function command(address: string, line: string): string {
  return line.startsWith(LISTEN) ? `bgp ${line} ${GROUP} ${address}` : `neighbor ${address} ${line}`;
}

function newInstanceLines({ instance: has }: FrrConfig, { instance = [] }: FrrConfig): string[] {
  return without(instance, has);
}

/** After the neighbours that they were for. */
function oldInstanceLines({ instance: has = [] }: FrrConfig, { instance }: FrrConfig): string[] {
  if (instance === undefined) return [];
  const kinds = new Set(instance.map(kindOf));
  return without(has, instance).flatMap((line) => (kinds.has(kindOf(line)) ? [] : `no ${line}`));
}

function without(lines: readonly string[], others: readonly string[] = []): string[] {
  return lines.filter((line) => !others.includes(line));
}

/** Lines of one kind replace each other. */
function kindOf(line: string): string {
  return line.replace(/^(route-map) \S+|^(maximum-prefix) .*| [\d.]+$/, "$1$2");
}

/** Nothing of Herald's: what is wanted once it leaves for good. */
export function nothingOf(current: RunningConfig): FrrConfig {
  const { asn } = current;
  const own = current.instance !== undefined && !current.shared;
  return { ...emptyConfig(), asn: own ? undefined : asn, instance: undefined };
}
