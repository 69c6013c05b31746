/** Which peers have what they are told at this moment. */
import type { BackendEvent } from "./backend/backend.ts";
import type { BackendStatus, PeerReport } from "./backend/report.ts";
import { contains, formatPrefix, rangeOf } from "./model/address.ts";
import type { Address } from "./model/address.ts";

export class SessionStates {
  readonly #status: () => BackendStatus;
  readonly #established = new Set<string>();
  /** Peers whose session came up or ended since the last `take`. */
  #changed = new Set<string>();
  /** As of this turn. */
  #reports: ReadonlyMap<string, PeerReport> | undefined;

  constructor(status: () => BackendStatus) {
    this.#status = status;
  }

  /** Whether a session came up or ended. */
  hear(event: BackendEvent): boolean {
    this.#reports = undefined;
    if (event.type !== "session") return false;
    const up = event.state === "Established";
    if (up === this.#established.has(event.peer)) return false;
    if (up) this.#established.add(event.peer);
    else this.#established.delete(event.peer);
    this.#changed.add(event.peer);
    return true;
  }

  /** The peers of which `hear` said yes since this was called last. */
  take(): ReadonlySet<string> {
    const changed = this.#changed;
    this.#changed = new Set();
    return changed;
  }

  /** Of the peers that are told of these addresses: which have them not, or not all, and why; a sentence each. */
  untold(peers: readonly string[], addresses: readonly Address[]): string[] {
    return peers.flatMap((peer) => {
      const report = this.#report(peer);
      if (report?.state !== "Established") {
        const why = report?.lastError === undefined ? "" : `: ${report.lastError}`;
        return [`${peer}: the session is ${report?.state ?? "Idle"}${why}`];
      }
      return report.unsent
        .filter(({ prefix }) => addresses.some((address) => contains(rangeOf(prefix), address)))
        .map(({ prefix, reason }) => `${peer}: ${formatPrefix(prefix)}: ${reason}`);
    });
  }

  #report(peer: string): PeerReport | undefined {
    if (this.#reports === undefined) {
      this.#reports = new Map(this.#status().peers.map((report) => [report.peer, report]));
      // Routes may move between reports in any later turn.
      queueMicrotask(() => (this.#reports = undefined));
    }
    return this.#reports.get(peer);
  }
}
