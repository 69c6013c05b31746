import { formatAddress } from "../../model/address.ts";
import type { Address, Family } from "../../model/address.ts";
import type { Peer } from "../../model/config.ts";
import type { Backend } from "../backend.ts";
import type { RouteClasses } from "../daemon/classes.ts";
import { NO_VERDICT, RefusedError } from "../daemon/daemon.ts";
import { DrivenBackend } from "../daemon/driver.ts";
import type { Clock, Daemon, DaemonHost, Verdict, Wanted } from "../daemon/daemon.ts";
import type { NeighborState } from "../daemon/sessions.ts";
import { message } from "../daemon/text.ts";
import { GobgpApi } from "./api.ts";
import { carryOut, takeAway } from "./carry-out.ts";
import { gobgpSupports } from "./features.ts";
import { DEFINED, ESTABLISHED, TOO_MANY_PREFIXES } from "./messages.ts";
import { formatId, isOurs, refusal } from "./peer.ts";
import type { PeerMessage } from "./peer.ts";
import { planAll, planChange } from "./plan.ts";
import { carriedBy, mark } from "./paths.ts";
import { INSTANCE } from "./policy.ts";
import type { NextHops } from "./policy.ts";
import { neighborState, restartsGracefully } from "./report.ts";
import { isRefusal } from "./rpc.ts";
import type { Rpc } from "./rpc.ts";
import { readState } from "./state.ts";
import type { GobgpState } from "./state.ts";

export interface GobgpOptions {
  readonly rpc: Rpc;
  readonly clock: Clock;
}

/** Milliseconds until a peer that announced too much is tried again. */
const PARDON = 60_000;

const DIVIDED =
  "gobgpd tells all peers the same origin of a route, and the same extended communities but for rt, soo and non-transitive bandwidth; let all advertisements of it agree";

/** A backend on a running gobgpd; what it may not touch there it leaves alone. */
export function gobgpBackend({ rpc, clock }: GobgpOptions): Backend {
  return new DrivenBackend({
    name: "gobgp",
    supports: gobgpSupports,
    clock,
    daemon: (host) => new Gobgp(rpc, clock, host),
  });
}

class Gobgp implements Daemon {
  verdict: Verdict = NO_VERDICT;
  readonly #rpc: Rpc;
  readonly #api: GobgpApi;
  readonly #clock: Clock;
  readonly #host: DaemonHost;
  #has: GobgpState | undefined;
  /** How often all was forgotten. */
  #losses = 0;
  #watch: { cancel(): void } | undefined;
  /** Neighbours whose session was seen to be up, by address. */
  readonly #refreshed = new Set<string>();
  /** Since when neighbours are down for announcing too much, by address; Unix time in milliseconds. */
  readonly #stopped = new Map<string, number>();
  /** With a session, of the last `converge`. */
  #peers: ReadonlyMap<string, Peer> = new Map();

  constructor(rpc: Rpc, clock: Clock, host: DaemonHost) {
    this.#rpc = rpc;
    this.#api = new GobgpApi(rpc);
    this.#clock = clock;
    this.#host = host;
  }

  async converge(wanted: Wanted, changed: ReadonlySet<string> | undefined): Promise<void> {
    try {
      await this.#converge(wanted, changed);
    } catch (error) {
      this.#has = undefined;
      throw isRefusal(error) ? new RefusedError(`gobgpd refused: ${message(error)}`, { cause: error }) : error;
    }
  }

  async #converge(wanted: Wanted, changed: ReadonlySet<string> | undefined): Promise<void> {
    const losses = this.#losses;
    const known = this.#has;
    const has = known ?? (await this.#read(wanted));
    if (has === undefined) return;
    const all = known === undefined || changed === undefined;
    this.verdict = this.#judge(wanted, has);
    const { refused } = this.verdict;
    this.#peers = new Map([...wanted.peers].filter(([name]) => !refused.has(name)));
    const setting = { dialect: this.#api.dialect, peers: this.#peers, hops: nextHops(wanted.node.nodeAddresses) };
    const plan = all ? planAll(has, wanted.classes, setting) : planChange(has, wanted.classes, changed, setting);
    await carryOut({ api: this.#api, clock: this.#clock }, has, plan);
    if (losses === this.#losses) this.#has = has;
  }

  /** Undefined: BGP is not started there, and there is no peer to start it for. */
  async #read({ peers, node }: Wanted): Promise<GobgpState | undefined> {
    const global = await this.#api.getBgp();
    const [first] = peers.values();
    if (global.asn !== 0) return this.#watched(await readState(this.#api, global));
    if (first === undefined) return undefined;
    const id = [...peers.values()].find(({ routerId }) => routerId !== undefined)?.routerId ?? node.routerId;
    const listens = [...peers.values()].some(({ passive }) => passive === true);
    const started = { asn: first.myAsn, routerId: formatId(id), listens };
    await this.#api.startBgp(started);
    const defined_type = DEFINED.largeCommunity + this.#api.dialect.shift;
    await this.#api.addSet({ defined_type, name: INSTANCE, list: [`^${mark(0)}$`] });
    return this.#watched(await readState(this.#api, started));
  }

  #watched(has: GobgpState): GobgpState {
    this.#watch ??= this.#api.watchPeers(
      () => this.#host.stirred(),
      (error) => {
        this.#watch = undefined;
        this.#host.lost(error);
      },
    );
    return has;
  }

  #judge({ peers, classes, node }: Wanted, has: GobgpState): Verdict {
    const refused = new Map<string, string>();
    const withheld = new Map<string, { family: Family; reason: string }>();
    const { routerId, foreign, listens } = has;
    const setting = { routerId, foreign, listens, taken: new Map<string, string>() };
    const hops = nextHops(node.nodeAddresses);
    for (const [name, peer] of peers) {
      const reason = refusal(peer, setting);
      if (reason !== undefined) refused.set(name, reason);
      const family = [...peer.families].find((one) => one !== peer.address?.family && hops[one] === undefined);
      const hop = `this node has no IPv${family} address to be the next hop on a session over the other family`;
      if (family !== undefined) withheld.set(name, { family, reason: hop });
    }
    const theirs = [...has.foreignPaths].filter((prefix) => classes.get(prefix) !== undefined);
    const blocked = new Map(
      theirs.map((prefix) => [
        prefix,
        `gobgpd has a path of its own for ${prefix} that is not Herald's; remove it and Herald announces the route`,
      ]),
    );
    for (const prefix of divided(classes, has.asn)) blocked.set(prefix, DIVIDED);
    return { refused, blocked, withheld, warnings: new Map() };
  }

  async sessions(inStep: boolean): Promise<ReadonlyMap<string, NeighborState>> {
    const peers = await this.#api.listPeers(!inStep);
    await this.#refresh(peers);
    await this.#pardon(peers);
    const byAddress = new Map([...this.#peers.values()].map((peer) => [addressOf(peer), peer]));
    return new Map(
      peers.flatMap((one): [string, NeighborState][] => {
        const peer = byAddress.get(one.conf?.neighbor_address ?? "");
        if (peer === undefined) return [];
        // What the operator has gobgpd tell that neighbour counts too.
        const counted = !inStep && peer.existing !== true;
        return [[peer.name, neighborState(one, counted)]];
      }),
    );
  }

  /**
   * A GoBGP that says it restarts tells nothing to a neighbour without graceful restart: once its session is up, it is
   * asked to.
   */
  async #refresh(peers: readonly PeerMessage[]): Promise<void> {
    for (const peer of peers) {
      const { neighbor_address: address = "" } = peer.conf ?? {};
      const up = peer.state?.session_state === ESTABLISHED;
      const known = this.#refreshed.has(address);
      if (!up) this.#refreshed.delete(address);
      if (!up || known || !isOurs(peer) || peer.graceful_restart?.enabled !== true) continue;
      this.#refreshed.add(address);
      if (!restartsGracefully(peer)) await this.#api.refreshPeer(address);
    }
  }

  /** A session that a limit of prefixes has ended stays down until it is enabled. */
  async #pardon(peers: readonly PeerMessage[]): Promise<void> {
    const now = this.#clock.wall();
    for (const peer of peers) {
      const { neighbor_address: address = "" } = peer.conf ?? {};
      const over = isOurs(peer) && peer.state?.admin_state === TOO_MANY_PREFIXES + this.#api.dialect.shift;
      const since = this.#stopped.get(address) ?? now;
      if (over) this.#stopped.set(address, since);
      else this.#stopped.delete(address);
      if (over && now - since >= PARDON) await this.#api.enablePeer(address);
    }
  }

  forget(): void {
    this.#losses += 1;
    this.#has = undefined;
    this.#api.forget();
  }

  async withdraw(text: string): Promise<void> {
    const global = await this.#api.getBgp();
    const ground = { api: this.#api, clock: this.#clock };
    if (global.asn !== 0) await takeAway(ground, await readState(this.#api, global), text);
  }

  close(): void {
    this.#watch?.cancel();
    this.#rpc.close();
  }
}

function addressOf({ address }: Peer): string {
  return address === undefined ? "" : formatAddress(address);
}

/** Prefixes of which GoBGP cannot tell each peer what it is to be told. */
function divided(classes: RouteClasses, asn: number): string[] {
  const tags = new Set([...classes.used()].filter((of) => carriedBy(of, asn) === undefined).map(({ tag }) => tag));
  if (tags.size === 0) return [];
  return [...classes.routes()].flatMap(([prefix, { of }]) => (tags.has(of.tag) ? [prefix] : []));
}

/** The first address of each family that can be a next hop: fe80::/10 is none for anyone beyond the link. */
function nextHops(addresses: readonly Address[]): NextHops {
  const four = addresses.find(({ family }) => family === 4);
  const six = addresses.find(({ family, value }) => family === 6 && value >> 118n !== 0x3fan);
  return { ...(four !== undefined && { 4: four }), ...(six !== undefined && { 6: six }) };
}
