/** Carries a plan out, and keeps what is known of gobgpd in step. */
import type { Clock } from "../daemon/daemon.ts";
import type { GobgpApi } from "./api.ts";
import { toMessage } from "./paths.ts";
import type { Plan } from "./plan.ts";
import { HOLD, INSTANCE, REST, TAKE, TELL, restStatements } from "./policy.ts";
import type { DefinedSet } from "./policy.ts";
import type { GobgpState } from "./state.ts";

export interface Ground {
  readonly api: GobgpApi;
  readonly clock: Pick<Clock, "setTimer">;
}

/** Milliseconds between two looks at a session that is to end, and how often. */
const PAUSE = 10;
const LOOKS = 50;

/**
 * A neighbour that is deleted may lose the last withdrawals and the NOTIFICATION, and keep our routes as stale ones;
 * one that is disabled first gets all of it.
 */
async function removePeer({ api, clock }: Ground, address: string, text: string): Promise<void> {
  await api.disablePeer(address, text);
  for (let looks = 0; looks < LOOKS && (await api.isUp(address)); looks += 1) {
    await new Promise<void>((resolve) => clock.setTimer(PAUSE, resolve));
  }
  await api.deletePeer(address);
}

const EXPORT = [TELL, HOLD, REST];
const IMPORT = [TAKE];

/** Policy comes before the paths that it is for, paths before the neighbours that would be told too little. */
export async function carryOut({ api, clock }: Ground, has: GobgpState, plan: Plan): Promise<void> {
  for (const set of plan.sets) {
    await api.addSet(set);
    remember(has, set, true);
  }
  await prepare(api, has);
  if (plan.statements.length > 0) await api.addPolicy(TELL, plan.statements);
  await Promise.all(plan.gone.map((address) => removePeer({ api, clock }, address, "the peer was removed")));
  for (const address of plan.gone) has.peers.delete(address);
  const paths = [
    ...plan.withdraw.map(({ path }) => toMessage(path)),
    ...plan.announce.map(({ path, carried }) => toMessage(path, carried)),
  ];
  if (paths.length > 0) await api.sendPaths(paths);
  for (const { prefix } of plan.withdraw) has.paths.delete(prefix);
  for (const { prefix, path } of plan.announce) has.paths.set(prefix, path);
  if (plan.oldStatements.length > 0) await api.deleteStatements(TELL, plan.oldStatements);
  for (const [tag, names] of plan.told) {
    if (names.length > 0) has.told.set(tag, names);
    else has.told.delete(tag);
  }
  for (const address of plan.refresh) {
    if (has.peers.has(address) || has.foreign.has(address)) await api.refreshPeer(address);
  }
  for (const peer of plan.peers) {
    await api.addPeer(peer);
    has.peers.set(peer.conf?.neighbor_address ?? "", peer);
  }
  for (const { set, all } of plan.oldSets) {
    await api.deleteSet(set, all);
    remember(has, set, false);
    if (all) has.sets.delete(set.name ?? "");
  }
}

/** The policies that are always the same, ahead of the operator's. */
async function prepare(api: GobgpApi, has: GobgpState): Promise<void> {
  const rest = restStatements(api.dialect);
  const standing = ([HOLD, REST, TAKE] as const).map((name) => [name, rest[name]] as const);
  for (const [name, statements] of [[TELL, []] as const, ...standing]) {
    if (has.policies.has(name)) continue;
    await api.addPolicy(name, statements);
    has.policies.add(name);
  }
  for (const [direction, ours] of [["export", EXPORT] as const, ["import", IMPORT] as const]) {
    const before = has.assigned[direction];
    const wanted = [...ours, ...before.filter((name) => !ours.includes(name))];
    if (wanted.join() === before.join()) continue;
    await api.assign(direction, wanted);
    has.assigned[direction] = wanted;
  }
}

function remember({ sets }: GobgpState, set: DefinedSet, added: boolean): void {
  const name = set.name ?? "";
  const before = sets.get(name)?.list ?? [];
  const changed = set.list ?? [];
  sets.set(name, { ...set, list: added ? [...before, ...changed] : before.filter((one) => !changed.includes(one)) });
}

/** Everything of Herald's goes: what it told first. `text`: what the neighbours are told. */
export async function takeAway({ api, clock }: Ground, has: GobgpState, text: string): Promise<void> {
  const paths = [...has.paths.values()].map((path) => toMessage(path));
  if (paths.length > 0) await api.sendPaths(paths);
  await Promise.all([...has.peers.keys()].map((address) => removePeer({ api, clock }, address, text)));
  for (const [direction, ours] of [["export", EXPORT] as const, ["import", IMPORT] as const]) {
    const before = has.assigned[direction];
    const rest = before.filter((name) => !ours.includes(name));
    if (rest.length < before.length) await api.assign(direction, rest);
  }
  for (const name of has.policies) {
    const statements = await api.listStatements(name);
    if (statements !== undefined && statements.length > 0) await api.deleteStatements(name, statements);
    await api.deletePolicy(name);
  }
  const stop = has.own && has.foreign.size === 0 && has.foreignPaths.size === 0;
  for (const [name, set] of has.sets) if (name !== INSTANCE || stop) await api.deleteSet(set, true);
  if (stop) await api.stopBgp();
}
