/**
 * Who is told what, as route-maps. A prefix's own one marks it with the tag of its class; the one towards each peer
 * knows by the tag what to say, and lets nothing else through.
 */
import type { Peer } from "../../model/config.ts";
import { LAST_TAG } from "../daemon/classes.ts";
import type { RouteClass } from "../daemon/classes.ts";
import { originLines, setLines } from "./attributes.ts";
import { MARKER, PREFIX } from "./config.ts";

/** The route-map of what is taken from peers: nothing. */
export const IN_MAP = `${PREFIX}in`;
/** That of peers whose routes are counted: bgpd counts what it takes, and zebra leaves distance 255 out of the kernel. */
export const COUNT_MAP = `${PREFIX}count`;

/** The route-map of what a peer is told. */
export function outMap(peer: string): string {
  return `${PREFIX}out-${peer}`;
}

/** The route-map of a class's prefixes. */
export function originMap(tag: number): string {
  return `${PREFIX}origin-${tag}`;
}

/** Of `originMap`. */
export function tagOf(map: string): number | undefined {
  const [, tag] = /^herald-origin-(\d+)$/.exec(map) ?? [];
  return tag === undefined ? undefined : Number(tag);
}

type Maps = [header: string, lines: readonly string[]][];

/** The route-maps that do not depend on routes. */
export function standingMaps(peers: Iterable<Peer>, ownInstance: boolean, counts: (peer: Peer) => boolean): Maps {
  const all = [...peers].filter(({ existing }) => existing !== true);
  return [
    ...(ownInstance ? [[MARKER, []] satisfies Maps[number]] : []),
    ...(all.length > 0 ? [[`route-map ${IN_MAP} deny 1`, []] satisfies Maps[number]] : []),
    ...(all.some(counts) ? [[`route-map ${COUNT_MAP} permit 1`, ["set distance 255"]] satisfies Maps[number]] : []),
    ...all.map(({ name }): Maps[number] => [`route-map ${outMap(name)} deny ${LAST_TAG + 1}`, []]),
  ];
}

/** The entries of a class. `peers` has those with a session. */
export function classMaps({ tag, members }: RouteClass, peers: ReadonlyMap<string, Peer>): Maps {
  const told = [...members].flatMap(([name, attributes]) => {
    const peer = peers.get(name);
    return peer === undefined ? [] : [{ peer, attributes }];
  });
  // What neighbours of the operator's are to be told stands in the prefix's own route-map: theirs are not ours to write.
  const given = told.find(({ peer }) => peer.existing === true);
  const origin = given === undefined ? [] : originLines(given);
  const out = told.filter(({ peer }) => peer.existing !== true);
  return [
    [`route-map ${originMap(tag)} permit 1`, [`set tag ${tag}`, ...origin]],
    ...out.map(({ peer, attributes }): Maps[number] => [
      outHeader(peer.name, tag),
      [`match tag ${tag}`, ...setLines(attributes, peer, given)],
    ]),
  ];
}

/** The headers of `classMaps`, whoever of these peers is told. */
export function classHeaders(tag: number, peers: Iterable<string>): string[] {
  return [`route-map ${originMap(tag)} permit 1`, ...Array.from(peers, (name) => outHeader(name, tag))];
}

function outHeader(peer: string, tag: number): string {
  return `route-map ${outMap(peer)} permit ${tag}`;
}
