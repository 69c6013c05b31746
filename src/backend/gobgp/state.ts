/** What gobgpd has of Herald's, and what of others matters. */
import type { Global, GobgpApi } from "./api.ts";
import { DEFINED } from "./messages.ts";
import { isLocal, tagOf } from "./paths.ts";
import type { OwnPath } from "./paths.ts";
import { isOurs } from "./peer.ts";
import type { PeerMessage } from "./peer.ts";
import { HOLD, INSTANCE, PREFIX, REST, TAKE, TELL, tagOfStatement } from "./policy.ts";
import type { DefinedSet } from "./policy.ts";

export interface GobgpState {
  /** The daemon's AS. */
  readonly asn: number;
  readonly routerId: string;
  readonly listens: boolean;
  /** Herald has started BGP on this daemon. */
  own: boolean;
  /** Herald's, by address. */
  readonly peers: Map<string, PeerMessage>;
  /** Addresses of the others. */
  readonly foreign: Set<string>;
  /** Herald's, by name. */
  readonly sets: Map<string, DefinedSet>;
  /** Names of the statements of a tag. */
  readonly told: Map<number, readonly string[]>;
  /** Which of Herald's policies there are. */
  readonly policies: Set<string>;
  readonly assigned: Record<"import" | "export", readonly string[]>;
  /** Herald's, by prefix in text form. */
  readonly paths: Map<string, OwnPath>;
  /** Prefixes that others have added here. */
  readonly foreignPaths: Set<string>;
}

/** `global` as GetBgp told it. */
export async function readState(api: GobgpApi, { asn, routerId, listens }: Global): Promise<GobgpState> {
  const [peers, neighborSets, markSets, assignedIn, assignedOut, four, six] = await Promise.all([
    api.listPeers(false),
    api.listSets(DEFINED.neighbor),
    api.listSets(DEFINED.largeCommunity),
    api.listAssigned("import"),
    api.listAssigned("export"),
    api.listPaths(4),
    api.listPaths(6),
  ]);
  const state: GobgpState = {
    asn,
    routerId,
    listens,
    own: false,
    peers: new Map(),
    foreign: new Set(),
    sets: new Map(),
    told: new Map(),
    policies: new Set(),
    assigned: { import: assignedIn, export: assignedOut },
    paths: new Map(),
    foreignPaths: new Set(),
  };
  for (const peer of peers) {
    const address = peer.conf?.neighbor_address || (peer.state?.neighbor_address ?? "");
    if (isOurs(peer)) state.peers.set(address, peer);
    else state.foreign.add(address);
  }
  for (const set of [...neighborSets, ...markSets]) {
    if (set.name?.startsWith(PREFIX) === true) state.sets.set(set.name, set);
  }
  state.own = state.sets.has(INSTANCE);
  for (const policy of [TELL, HOLD, REST, TAKE]) {
    const names = await api.listStatements(policy);
    if (names === undefined) continue;
    state.policies.add(policy);
    if (policy === TELL) for (const name of names) note(state.told, name);
  }
  for (const [family, table] of [[4, four] as const, [6, six] as const]) {
    for (const { prefix, paths } of table) {
      for (const path of paths) {
        const tag = tagOf(path);
        const nlri = path.nlri_binary;
        if (tag !== undefined && nlri !== undefined) state.paths.set(prefix, { family, nlri, tag });
        else if (isLocal(path)) state.foreignPaths.add(prefix);
      }
    }
  }
  return state;
}

function note(told: Map<number, readonly string[]>, name: string): void {
  const tag = tagOfStatement(name);
  if (tag !== undefined) told.set(tag, [...(told.get(tag) ?? []), name]);
}
