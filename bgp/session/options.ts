/** What one session is made with: its configuration, its host, and whom it tells. */
import type { DownReason, State } from "../fsm/types.ts";
import type { Host } from "../ports.ts";
import type { Counters } from "./counters.ts";
import type { RouteMessage } from "./receive.ts";
import type { SessionRecorder } from "./record.ts";
import type { MessageWatcher } from "./traffic.ts";
import type { Negotiated, PeerError, SessionConfig } from "./types.ts";

/** What a session tells. From within each of them the session may be stopped. */
export interface SessionHandlers {
  /** A valid OPEN came: whoever ends this session now has it end before it answers (RFC 4271 §6.8). */
  opened(negotiated: Negotiated): void;
  stateChanged(from: State, to: State, reason?: DownReason): void;
  up(negotiated: Negotiated): void;
  down(reason: DownReason): void;
  routes(received: RouteMessage): void;
  /** More routes may be sent. */
  writable(): void;
  /** Why it ended, stops by hand and collisions aside. */
  error(error: PeerError): void;
}

export interface SessionOptions {
  readonly config: SessionConfig;
  readonly host: Pick<Host, "clock" | "random" | "dialer">;
  readonly handlers: SessionHandlers;
  /** Counted over all sessions of a peer. */
  readonly sent?: Counters;
  readonly received?: Counters;
  /** Damping carried over from the machine before, in seconds. */
  readonly idleHoldTime?: number;
  /** The peer was Established before, in this run. */
  readonly again?: boolean;
  readonly record?: SessionRecorder;
  readonly watch?: MessageWatcher;
}
