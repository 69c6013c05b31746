/** What is to be said, as the configuration that says it. */
import { formatAddress } from "../../model/address.ts";
import type { Prefix } from "../../model/address.ts";
import type { Peer } from "../../model/config.ts";
import type { DesiredPeer, DesiredState } from "../backend.ts";
import { MARKER, PREFIX } from "./config.ts";
import type { FrrConfig, FrrNeighbor, RunningConfig } from "./config.ts";
import { IN_MAP, neighbor, outMap, passwordFits } from "./neighbor.ts";
import { LAST, assignTags } from "./tags.ts";
import { linesTo, textOf } from "./text.ts";

export interface Rendered {
  readonly config: FrrConfig;
  /** Peers with which there can be no session, and why. */
  readonly refused: ReadonlyMap<string, string>;
  /** Prefixes that cannot be told to anyone, and why. */
  readonly blocked: ReadonlyMap<string, string>;
  /** For the next rendering: what has a tag keeps it. */
  readonly tags: ReadonlyMap<string, number>;
}

/** Routes that are told to the same peers with the same attributes. */
interface RouteClass {
  readonly key: string;
  /** "set" lines by peer. */
  readonly lines: ReadonlyMap<string, string>;
}

interface Told {
  readonly prefix: Prefix;
  readonly of: RouteClass;
}

const TO_NOBODY: RouteClass = { key: "", lines: new Map() };

export function render(desired: DesiredState, running: RunningConfig, tags: ReadonlyMap<string, number>): Rendered {
  const refused = new Map<string, string>();
  const peers: DesiredPeer[] = [];
  const own = running.asn === undefined || running.instance !== undefined;
  const asn = own && !running.shared ? (desired.peers[0]?.peer.myAsn ?? running.asn) : running.asn;
  const addresses = new Map<string, string>();
  const routerId = desired.peers.find(({ peer }) => peer.routerId !== undefined)?.peer.routerId;
  for (const one of desired.peers) {
    const reason = refusal(one.peer, { asn, routerId, own, running, addresses });
    if (reason === undefined) peers.push(one);
    else refused.set(one.peer.name, reason);
  }
  const all = collect(peers);
  const blocked = blockedOf(all.keys(), own ? { ...running, importCheck: false } : running);
  const routes = new Map([...all].filter(([text]) => !running.foreignNetworks.has(text)));
  const classes = new Map(Array.from(routes.values(), ({ of }) => [of.key, of]));
  const tagOf = assignTags(classes.keys(), tags);
  const networks = { 4: new Map<string, string>(), 6: new Map<string, string>() };
  const used = new Map(Array.from(classes, ([key, of]) => [tagOf.get(key) ?? LAST, of]));
  const origins = new Map(Array.from(used, ([tag, of]) => [of, origin(tag)]));
  for (const [text, { prefix, of }] of routes) networks[prefix.family].set(text, origins.get(of) ?? "");
  const config = {
    asn,
    instance: own && asn !== undefined ? instanceLines(routerId ?? desired.routerId) : undefined,
    routeMaps: routeMaps(peers, used, own && asn !== undefined),
    neighbors: new Map(peers.map(({ peer }): [string, FrrNeighbor] => [addressOf(peer), neighbor(peer)])),
    networks,
  };
  return { config, refused, blocked, tags: tagOf };
}

/** What bgpd as the operator set it up keeps from being announced, and why. */
function blockedOf(prefixes: Iterable<string>, running: RunningConfig): ReadonlyMap<string, string> {
  const blocked = new Map<string, string>();
  const check = `bgpd announces a network only while it has a route to it; add "no bgp network import-check" under "router bgp ${running.asn}"`;
  for (const text of prefixes) {
    const foreign = `bgpd has a line "network ${text}" that is not Herald's; remove it and Herald announces the route`;
    if (running.foreignNetworks.has(text)) blocked.set(text, foreign);
    else if (running.importCheck) blocked.set(text, check);
  }
  return blocked;
}

interface Setting {
  readonly asn: number | undefined;
  readonly routerId: number | undefined;
  readonly own: boolean;
  readonly running: RunningConfig;
  /** Of the peers before, with the peer's name. */
  readonly addresses: Map<string, string>;
}

function addressOf(peer: Peer): string {
  return peer.address === undefined ? "" : formatAddress(peer.address);
}

/** Why there can be no session, or undefined. */
function refusal(peer: Peer, { asn, routerId, own, running, addresses }: Setting): string | undefined {
  if (peer.address === undefined) return "unnumbered sessions are not in this release; write spec.peerAddress";
  if (peer.vrf !== undefined)
    return "the FRR backend has no sessions in a VRF yet; use the native backend, or leave spec.vrf out";
  if (asn !== undefined && peer.myAsn !== asn) {
    return own
      ? `bgpd speaks as one AS, ${asn} of the first peer, not also as ${peer.myAsn}; set localASN instead of myASN here`
      : `bgpd runs as AS ${asn}, and this peer's myASN is ${peer.myAsn}; make them equal, or set localASN here`;
  }
  const id = peer.routerId ?? routerId;
  if (id !== undefined && own && id !== routerId)
    return "bgpd has one router ID, and another peer asks for another one";
  if (peer.password !== undefined && !passwordFits(peer.password.reveal())) {
    return "FRR takes a password of 1 to 80 visible ASCII characters without spaces; this one is different";
  }
  const address = addressOf(peer);
  if (running.foreignNeighbors.has(address)) {
    return `bgpd has a neighbor ${address} that is not Herald's; remove it there or this peer here`;
  }
  const other = addresses.get(address);
  if (other !== undefined) return `bgpd has one session for an address, and peer ${other} has ${address} too`;
  addresses.set(address, peer.name);
  return undefined;
}

/** By prefix. Work for a route is a look into a few maps: this runs at every change. */
function collect(peers: readonly DesiredPeer[]): Map<string, Told> {
  const routes = new Map<string, Told>();
  // The order of the configuration makes no other class.
  const sorted = peers.toSorted((a, b) => (a.peer.name < b.peer.name ? -1 : 1));
  for (const { peer, routes: list } of sorted) {
    const linesOf = linesTo(peer);
    const steps = new Map<RouteClass, Map<string, RouteClass>>();
    for (const { prefix, attributes } of list) {
      const text = textOf(prefix);
      const before = routes.get(text)?.of ?? TO_NOBODY;
      const step = steps.get(before) ?? new Map<string, RouteClass>();
      steps.set(before, step);
      const lines = linesOf(attributes);
      const of = step.get(lines) ?? extended(before, peer.name, lines);
      step.set(lines, of);
      routes.set(text, { prefix, of });
    }
  }
  return routes;
}

function extended({ key, lines }: RouteClass, peer: string, more: string): RouteClass {
  const own = `${peer}\n${more}`;
  return { key: key === "" ? own : `${key}\n\n${own}`, lines: new Map([...lines, [peer, more]]) };
}

function origin(tag: number): string {
  return `${PREFIX}origin-${tag}`;
}

function instanceLines(routerId: number): string[] {
  const octets = [24, 16, 8, 0].map((bits) => (routerId >>> bits) & 0xff);
  return [`bgp router-id ${octets.join(".")}`, "no bgp default ipv4-unicast", "no bgp network import-check"];
}

function routeMaps(
  peers: readonly DesiredPeer[],
  used: ReadonlyMap<number, RouteClass>,
  own: boolean,
): ReadonlyMap<string, readonly string[]> {
  const maps = new Map<string, readonly string[]>();
  if (own) maps.set(MARKER, []);
  if (peers.length > 0) maps.set(`route-map ${IN_MAP} deny 1`, []);
  for (const { peer } of peers) maps.set(`route-map ${outMap(peer.name)} deny ${LAST}`, []);
  for (const [tag, { lines }] of used) {
    maps.set(`route-map ${origin(tag)} permit 1`, [`set tag ${tag}`]);
    for (const [peer, text] of lines) {
      const set = text === "" ? [] : text.split("\n");
      maps.set(`route-map ${outMap(peer)} permit ${tag}`, [`match tag ${tag}`, ...set]);
    }
  }
  return maps;
}
