/** What became of the sessions since the daemon was last asked, as events and reports. */
import { formatAddress } from "../../model/address.ts";
import type { Family, Prefix } from "../../model/address.ts";
import type { Peer } from "../../model/config.ts";
import { bfdChanges } from "./bfd-changes.ts";
import type { BackendEvent, DesiredRoute } from "../backend.ts";
import type { BfdReport, MessageCounts, PeerReport, SessionState } from "../report.ts";

/** A session as a daemon tells of it. */
export interface NeighborState {
  readonly state: SessionState;
  /** Prefixes told, of all families; undefined: all that there are. */
  readonly told: number | undefined;
  /** Families that both sides agreed on; empty while the session is not up. */
  readonly agreed: ReadonlySet<Family>;
  /** Unix time in milliseconds. */
  readonly since?: number;
  /** How often a session came up since the daemon has this neighbour. */
  readonly ups: number;
  /** What the daemon says the neighbour is, where Herald made it: another text is another neighbour. */
  readonly description?: string;
  /** Every End-of-RIB that is to be sent is sent. */
  readonly synced: boolean;
  readonly lastError?: string;
  /** What keeps the session, as it is now, from its work. */
  readonly trouble?: string;
  readonly messages?: { readonly sent: MessageCounts; readonly received: MessageCounts };
  readonly receivedPrefixes?: number;
  readonly bfd?: BfdReport;
  /** It came from the range of this peer, and is called after that and its address. */
  readonly member?: { readonly of: string; readonly address: string };
}

interface Known extends NeighborState {
  /** Unix time in milliseconds of the last change to or from Established. */
  readonly changed?: number;
  readonly complete: boolean;
}

const UNKNOWN: Known = { state: "Idle", told: 0, agreed: new Set(), ups: 0, synced: false, complete: false };

/** "192.0.2.1:179", "[2001:db8::1]:179". */
function endpoint({ address, interface: device = "", port }: Peer): string {
  return address === undefined ? device : endpointAt(formatAddress(address), port);
}

function endpointAt(address: string, port: number): string {
  return address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
}

export class Sessions {
  readonly #known = new Map<string, Known>();
  readonly #emit: (event: BackendEvent) => void;

  constructor(emit: (event: BackendEvent) => void) {
    this.#emit = emit;
  }

  /** `expected`: as many prefixes are to be told; `now` is Unix time in milliseconds. */
  see(peer: string, seen: NeighborState, expected: number, now: number): void {
    const before = this.#known.get(peer) ?? UNKNOWN;
    const { state, ups, lastError, trouble, since = now } = seen;
    const wasUp = before.state === "Established";
    const isUp = state === "Established";
    const again = wasUp && isUp && (ups !== before.ups || seen.description !== before.description);
    if (again) this.#session(peer, "Idle", lastError);
    if (again || state !== before.state) this.#session(peer, state, isUp ? undefined : lastError);
    if (trouble !== undefined && trouble !== before.trouble) this.#emit({ type: "error", peer, text: trouble });
    if (!isUp && !wasUp && lastError !== undefined && lastError !== before.lastError) {
      this.#emit({ type: "error", peer, text: lastError });
    }
    const fresh = again || !wasUp;
    const all = seen.synced && (seen.told ?? expected) >= expected;
    if (isUp && all && (fresh || !before.complete)) this.#emit({ type: "synced", peer });
    const changed = isUp ? since : wasUp ? now : before.changed;
    const complete = isUp && (all || (!fresh && before.complete));
    const bfd = seen.bfd && bfdChanges(peer, before.bfd, seen.bfd, now);
    this.#known.set(peer, {
      ...seen,
      complete,
      ...(changed !== undefined && { changed }),
      ...(bfd !== undefined && { bfd: bfd.report }),
    });
    for (const event of bfd?.events ?? []) this.#emit(event);
  }

  #session(peer: string, state: SessionState, reason: string | undefined): void {
    this.#emit({ type: "session", peer, state, ...(reason !== undefined && { reason }) });
  }

  /** It was seen, and not lost or removed since. */
  has(peer: string): boolean {
    return this.#known.has(peer);
  }

  /** Who came from the range of this peer. */
  members(of: string): string[] {
    return [...this.#known].flatMap(([name, { member }]) => (member?.of === of ? name : []));
  }

  /** The daemon cannot be asked: no session is known to be up. */
  lose(reason: string, now: number): void {
    for (const [peer, before] of this.#known) {
      if (before.state === "Idle") continue;
      this.#session(peer, "Idle", reason);
      if (before.member !== undefined) this.#known.delete(peer);
      else this.#known.set(peer, { ...UNKNOWN, changed: now, lastError: reason });
    }
  }

  /** Ends what is no longer asked for. */
  keepOnly(peers: (peer: string) => boolean): void {
    for (const [peer, { state, member }] of this.#known) {
      if (peers(member?.of ?? peer)) continue;
      if (state !== "Idle") this.#session(peer, "Idle", "the peer was removed");
      this.#known.delete(peer);
    }
  }

  /** Whoever came from a range is gone. */
  leave(peer: string, reason: string): void {
    if (this.#known.get(peer)?.state === "Established") this.#session(peer, "Idle", reason);
    this.#known.delete(peer);
  }

  /** All that was asked for is said. */
  inStep(peer: string): boolean {
    return this.#known.get(peer)?.complete === true;
  }

  /** `name`: the peer's, or that of one that came from its range. */
  report(
    name: string,
    peer: Peer,
    routes: ReadonlyMap<string, DesiredRoute>,
    blocked: (prefix: Prefix) => string | undefined,
  ): PeerReport {
    const known = this.#known.get(name) ?? UNKNOWN;
    const { state, told, agreed, changed, ups, messages, receivedPrefixes, bfd, member } = known;
    const lastError = known.trouble ?? known.lastError;
    const why = (prefix: Prefix): string | undefined => {
      const reason = blocked(prefix);
      if (reason !== undefined || state !== "Established" || agreed.has(prefix.family)) return reason;
      return `the peer has not agreed to IPv${prefix.family} routes`;
    };
    const unsent = [...routes.values()].flatMap(({ prefix }) => {
      const reason = why(prefix);
      return reason === undefined ? [] : [{ prefix, reason }];
    });
    const up = state === "Established";
    return {
      peer: name,
      address: member === undefined ? endpoint(peer) : endpointAt(member.address, peer.port),
      state,
      routes: routes.size,
      advertised: Math.min(told ?? Infinity, routes.size - unsent.length),
      unsent,
      flaps: Math.max(0, up ? ups - 1 : ups),
      ...(messages !== undefined && messages),
      ...(receivedPrefixes !== undefined && { receivedPrefixes }),
      ...(changed !== undefined && { since: changed }),
      ...(bfd !== undefined && { bfd }),
      ...(lastError !== undefined && { lastError }),
    };
  }
}
