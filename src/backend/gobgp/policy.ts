/**
 * Who is told what, as GoBGP's policy: for each class of routes and each of its peers a statement that knows the class
 * by its mark and sets what the peer is told. The rest our peers are not told, and nothing of theirs is taken.
 */
import { formatAddress } from "../../model/address.ts";
import type { Address, Family } from "../../model/address.ts";
import type { RouteAttributes } from "../../model/announcement.ts";
import type { Peer } from "../../model/config.ts";
import { isExternal, localAs } from "../../model/peer.ts";
import { hash } from "../daemon/classes.ts";
import type { RouteClass } from "../daemon/classes.ts";
import { COMMUNITY, DEFINED, MATCH_ANY, MED_REPLACE, ROUTE_ACTION } from "./messages.ts";
import type { Dialect, definedSet, statement } from "./messages.ts";
import { differs, extendedTexts, familyOf, mark } from "./paths.ts";
import type { Value } from "./protobuf.ts";

export type Statement = Value<typeof statement>;
export type DefinedSet = Value<typeof definedSet>;
type Actions = NonNullable<Statement["actions"]>;

/** What Herald calls its own begins with this. */
export const PREFIX = "herald-";
export const TELL = `${PREFIX}tell`;
/** Keeps from neighbours of the operator's that Herald uses what they are not to be told. */
export const HOLD = `${PREFIX}hold`;
export const REST = `${PREFIX}rest`;
export const TAKE = `${PREFIX}take`;
/** All peers of Herald's own. Never empty: an empty set matches every neighbour. */
export const PEERS = `${PREFIX}peers`;
/** All neighbours of the operator's that Herald uses; never empty either. */
const USED = `${PREFIX}used`;
/** What marks any of Herald's paths. */
const MARKS = `${PREFIX}marks`;
const NOBODY = "255.255.255.255/32";
/** A set that says: this BGP instance was started by Herald. */
export const INSTANCE = `${PREFIX}instance`;

const DEFAULT_LOCAL_PREF = 100;

/** One row an attribute: the actions that give it to a peer. The others are the path's own: see `carriedBy`. */
const ATTRIBUTES: readonly ((attributes: RouteAttributes, dialect: Dialect, peer: Peer) => Actions)[] = [
  ({ communities: { standard } }, { shift }) => {
    const communities = standard.map((value) => `${value >>> 16}:${value & 0xffff}`);
    return communities.length === 0 ? {} : { community: { type: COMMUNITY.replace + shift, communities } };
  },
  // The mark goes in any case.
  ({ communities: { large } }, { shift }) => {
    const communities = large.map((parts) => parts.join(":"));
    return communities.length === 0
      ? { large_community: { type: COMMUNITY.remove + shift, communities: [`^${mark()}$`] } }
      : { large_community: { type: COMMUNITY.replace + shift, communities } };
  },
  // 0 the path has: see `lowest`.
  ({ localPref = DEFAULT_LOCAL_PREF }, _, peer) =>
    isExternal(peer) || localPref === 0 ? {} : { local_pref: { value: localPref } },
  ({ med }, { shift }) => (med === undefined ? {} : { med: { type: MED_REPLACE + shift, value: med } }),
  ({ asPathPrepend: repeat = 0 }, _, peer) =>
    repeat > 0 && isExternal(peer) ? { as_prepend: { asn: localAs(peer), repeat } } : {},
];

export function peerSet(address: Address): string {
  return `${PREFIX}peer-${formatAddress(address)}`;
}

export function markSet(tag: number): string {
  return `${PREFIX}mark-${tag}`;
}

export function network(address: Address): string {
  return `${formatAddress(address)}/${address.family === 4 ? 32 : 128}`;
}

function neighborSet(name: string, list: readonly string[], { shift }: Dialect): DefinedSet {
  return { defined_type: DEFINED.neighbor + shift, name, list };
}

/** The sets of a class and of the peers. */
export function classSet({ tag }: RouteClass, { shift }: Dialect): DefinedSet {
  return { defined_type: DEFINED.largeCommunity + shift, name: markSet(tag), list: [`^${mark(tag)}$`] };
}

function addressesOf(peers: readonly Peer[]): Address[] {
  return peers.flatMap(({ address }) => address ?? []);
}

export function peerSets(peers: readonly Peer[], dialect: Dialect): DefinedSet[] {
  const set = (name: string, addresses: readonly Address[]): DefinedSet =>
    neighborSet(name, [NOBODY, ...addresses.map(network)], dialect);
  return [
    set(PEERS, addressesOf(peers.filter(({ existing }) => existing !== true))),
    set(USED, addressesOf(peers.filter(({ existing }) => existing === true))),
    { defined_type: DEFINED.largeCommunity + dialect.shift, name: MARKS, list: [`^${mark()}$`] },
    ...addressesOf(peers).map((address) => neighborSet(peerSet(address), [network(address)], dialect)),
  ];
}

/** Named by its content: two of one name are the same. */
function named(kind: string, content: Omit<Statement, "name">): Statement {
  return { name: `${PREFIX}${kind}-${hash(JSON.stringify(content)).toString(16).padStart(8, "0")}`, ...content };
}

/** Of a statement of a class. */
export function tagOfStatement(name: string): number | undefined {
  const [, tag] = /^herald-tell-(\d+)-/.exec(name) ?? [];
  return tag === undefined ? undefined : Number(tag);
}

export type NextHops = Partial<Record<Family, Address>>;

/** Some peer of the own AS is told the least LOCAL_PREF. */
export function lowest({ members }: RouteClass, peers: ReadonlyMap<string, Peer>): boolean {
  return [...members].some(([name, { localPref }]) => {
    const peer = peers.get(name);
    return localPref === 0 && peer !== undefined && !isExternal(peer);
  });
}

export interface Surroundings {
  /** With a session. */
  readonly peers: ReadonlyMap<string, Peer>;
  readonly hops: NextHops;
  readonly dialect: Dialect;
  /** The daemon's own. */
  readonly asn: number;
}

/** What the class's peers are told of it. */
export function classStatements(of: RouteClass, { peers, hops, dialect, asn }: Surroundings): Statement[] {
  const { tag, members } = of;
  const { shift } = dialect;
  const each = differs(of, asn);
  return [...members].flatMap(([name, attributes]): Statement[] => {
    const peer = peers.get(name);
    if (peer?.address === undefined) return [];
    const { address } = peer;
    const rows = ATTRIBUTES.map((row) => row(attributes, dialect, peer));
    // What is left to say of an operator's neighbour is the operator's.
    const route_action = peer.existing === true ? ROUTE_ACTION.none : ROUTE_ACTION.accept;
    const actions = rows.reduce<Actions>((all, row) => ({ ...all, ...row }), { route_action });
    const communities = each ? (extendedTexts(attributes, asn) ?? []) : [];
    const extended =
      communities.length === 0 ? {} : { ext_community: { type: COMMUNITY.replace + shift, communities } };
    const conditions = {
      neighbor_set: { type: MATCH_ANY + shift, name: peerSet(address) },
      large_community_set: { type: MATCH_ANY + shift, name: markSet(tag) },
    };
    return [...peer.families].flatMap((family): Statement[] => {
      const own = hops[family];
      if (family !== address.family && own === undefined) return [];
      const asked = attributes.nextHop?.family === family ? attributes.nextHop : undefined;
      const hop = asked ?? (family === address.family ? undefined : own);
      const more = hop === undefined ? {} : { nexthop: { address: formatAddress(hop) } };
      const afi_safi_in = [familyOf(family)];
      return [
        named(`tell-${tag}`, {
          conditions: { ...conditions, afi_safi_in },
          actions: { ...actions, ...extended, ...more },
        }),
      ];
    });
  });
}

type Standing = Readonly<Record<typeof HOLD | typeof REST | typeof TAKE, readonly Statement[]>>;

/** Of the policies that do not change. */
export function restStatements({ shift }: Dialect): Standing {
  const used = { neighbor_set: { type: MATCH_ANY + shift, name: USED } };
  const marked = { large_community_set: { type: MATCH_ANY + shift, name: MARKS } };
  const ours = { neighbor_set: { type: MATCH_ANY + shift, name: PEERS } };
  const reject = { conditions: ours, actions: { route_action: ROUTE_ACTION.reject } };
  const unmark = { large_community: { type: COMMUNITY.remove + shift, communities: [`^${mark()}$`] } };
  return {
    [HOLD]: [named("hold", { conditions: { ...used, ...marked }, actions: { route_action: ROUTE_ACTION.reject } })],
    [REST]: [named("rest", reject), named("unmark", { conditions: {}, actions: unmark })],
    [TAKE]: [named("take", reject)],
  };
}
