/** What became of the sessions since bgpd was last asked, as events. */
import type { Prefix } from "../../model/address.ts";
import type { BackendEvent, DesiredPeer, PeerReport, SessionState } from "../backend.ts";
import type { NeighborState } from "./report.ts";
import { textOf } from "./text.ts";

interface Known extends NeighborState {
  /** Unix time in milliseconds of the last change to or from Established. */
  readonly changed?: number;
  readonly told: boolean;
}

const UNKNOWN: Known = { state: "Idle", sent: 0, agreed: new Set(), ups: 0, synced: false, told: false };

export class Sessions {
  readonly #known = new Map<string, Known>();
  readonly #emit: (event: BackendEvent) => void;

  constructor(emit: (event: BackendEvent) => void) {
    this.#emit = emit;
  }

  /** `now` is Unix time in milliseconds. */
  see(peer: string, seen: NeighborState, expected: number, now: number): void {
    const before = this.#known.get(peer) ?? UNKNOWN;
    const { state, ups, lastError, since = now } = seen;
    const wasUp = before.state === "Established";
    const isUp = state === "Established";
    const again = wasUp && isUp && ups !== before.ups;
    if (again) this.#session(peer, "Idle", lastError);
    if (again || state !== before.state) this.#session(peer, state, isUp ? undefined : lastError);
    if (!isUp && !wasUp && lastError !== undefined && lastError !== before.lastError) {
      this.#emit({ type: "error", peer, text: lastError });
    }
    const fresh = again || !wasUp;
    const complete = seen.synced && seen.sent >= expected;
    if (isUp && complete && (fresh || !before.told)) this.#emit({ type: "synced", peer });
    const changed = isUp ? since : wasUp ? now : before.changed;
    const told = isUp && (complete || (!fresh && before.told));
    this.#known.set(peer, { ...seen, told, ...(changed !== undefined && { changed }) });
  }

  #session(peer: string, state: SessionState, reason: string | undefined): void {
    this.#emit({ type: "session", peer, state, ...(reason !== undefined && { reason }) });
  }

  /** The daemon cannot be asked: no session is known to be up. */
  lose(reason: string, now: number): void {
    for (const [peer, before] of this.#known) {
      if (before.state === "Idle") continue;
      this.#session(peer, "Idle", reason);
      this.#known.set(peer, { ...UNKNOWN, changed: now, lastError: reason });
    }
  }

  /** Ends what is no longer asked for. */
  keepOnly(peers: ReadonlySet<string>): void {
    for (const [peer, { state }] of this.#known) {
      if (peers.has(peer)) continue;
      if (state !== "Idle") this.#session(peer, "Idle", "the peer was removed");
      this.#known.delete(peer);
    }
  }

  /** All that was asked for is said. */
  inStep(peer: string): boolean {
    return this.#known.get(peer)?.told === true;
  }

  report({ peer: { name: peer }, routes }: DesiredPeer, blocked: (prefix: string) => string | undefined): PeerReport {
    const { state, sent, agreed, changed, lastError } = this.#known.get(peer) ?? UNKNOWN;
    const why = (prefix: Prefix): string | undefined => {
      const reason = blocked(textOf(prefix));
      if (reason !== undefined || state !== "Established" || agreed.has(prefix.family)) return reason;
      return `the peer has not agreed to IPv${prefix.family} routes`;
    };
    const unsent = routes.flatMap(({ prefix }) => {
      const reason = why(prefix);
      return reason === undefined ? [] : [{ prefix, reason }];
    });
    return {
      peer,
      state,
      routes: routes.length,
      advertised: Math.min(sent, routes.length),
      unsent,
      ...(changed !== undefined && { since: changed }),
      ...(lastError !== undefined && { lastError }),
    };
  }
}
