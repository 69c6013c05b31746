/** What is said of sessions: up, down, and why one does not come up, once and not at every attempt. */
import type { BackendEvent } from "./backend/backend.ts";
import type { SessionState } from "./backend/report.ts";
import type { Logger } from "./log/index.ts";

type BfdEvent = Extract<BackendEvent, { readonly type: "bfd" }>;

export class SessionLog {
  readonly #log: Logger;
  readonly #states = new Map<string, SessionState>();
  /** The trouble last told of, by peer ("" for the backend as a whole); forgotten when a session is up. */
  readonly #told = new Map<string, string>();

  readonly #bfdUp = new Set<string>();

  constructor(log: Logger) {
    this.#log = log;
  }

  hear(event: BackendEvent): void {
    switch (event.type) {
      case "session":
        return this.#session(event.peer, event.state, event.reason);
      case "bfd":
        return this.#bfd(event);
      case "synced":
        return this.#log.debug("peer is in step", { peer: event.peer });
      case "error":
        return this.#trouble(event.peer, event.text);
    }
  }

  #session(peer: string, state: SessionState, reason = ""): void {
    const before = this.#states.get(peer);
    this.#states.set(peer, state);
    if (state === "Established") {
      this.#told.delete(peer);
      this.#log.info("session up", { peer });
    } else if (before === "Established") {
      this.#log.warn("session down", { peer, state, reason });
    } else {
      this.#log.debug("session state", { peer, state, reason });
    }
  }

  #bfd({ peer, state, diagnostic, remoteState, remoteDiagnostic, failure }: BfdEvent): void {
    const fields = {
      peer,
      state,
      diagnostic,
      ...(remoteState !== undefined && { remoteState }),
      remoteDiagnostic,
    };
    if (failure) this.#log.warn("bfd session failed", fields);
    else if (state === "Up" || this.#bfdUp.has(peer)) this.#log.info("bfd session changed", fields);
    else this.#log.debug("bfd session changed", fields);
    if (state === "Up") this.#bfdUp.add(peer);
    else this.#bfdUp.delete(peer);
  }

  #trouble(peer: string | undefined, error: string): void {
    if (this.#told.get(peer ?? "") === error) return;
    this.#told.set(peer ?? "", error);
    this.#log.warn("session trouble", { error, ...(peer === undefined ? {} : { peer }) });
  }
}
