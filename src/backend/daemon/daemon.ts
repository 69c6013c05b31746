/** What a daemon of one kind does for the driver, and what the driver tells it. */
import type { Family } from "../../model/address.ts";
import type { Peer } from "../../model/config.ts";
import type { DesiredState } from "../backend.ts";
import type { RouteClasses } from "./classes.ts";
import type { NeighborState } from "./sessions.ts";

/** All that the daemon is to be told. */
export interface Wanted {
  readonly node: Omit<DesiredState, "peers">;
  readonly peers: ReadonlyMap<string, Peer>;
  readonly classes: RouteClasses;
}

/** What the daemon cannot be told, and why. */
export interface Verdict {
  /** By peer. */
  readonly refused: ReadonlyMap<string, string>;
  /** By prefix, in text form. */
  readonly blocked: ReadonlyMap<string, string>;
  /** A family whose routes a peer is not told, by peer. */
  readonly withheld: ReadonlyMap<string, { readonly family: Family; readonly reason: string }>;
  /** What of a peer's session is not as asked for, by peer; the session goes on. */
  readonly warnings: ReadonlyMap<string, string>;
}

export const NO_VERDICT: Verdict = { refused: new Map(), blocked: new Map(), withheld: new Map(), warnings: new Map() };

/** One kind of daemon. Its methods are called one after the other. */
export interface Daemon {
  /**
   * Makes the daemon as it is wanted. `changed` has all prefixes that may differ from the last time; undefined: anything
   * may. What it reads of `wanted` it reads at once. Rejects with one sentence; then nothing is known of the daemon.
   */
  converge(wanted: Wanted, changed: ReadonlySet<string> | undefined): Promise<void>;
  /** Of the last `converge`, whether it was done or not. */
  readonly verdict: Verdict;
  /** By peer, those that the daemon has. `told` may be left out where all is said already, as far as is known. */
  sessions(inStep: boolean): Promise<ReadonlyMap<string, NeighborState>>;
  /** Looks at everything anew next time. */
  forget(): void;
  /** Takes away all that is Herald's. `text`: what the peers are told (RFC 9003). */
  withdraw(text: string): Promise<void>;
  close(): void;
}

/** What a daemon tells by itself. */
export interface DaemonHost {
  /** The connection is gone. */
  lost(error: Error): void;
  /** Something about sessions has changed. */
  stirred(): void;
}

/** Milliseconds throughout; `wall` is Unix time. */
export interface Clock {
  wall(): number;
  setTimer(milliseconds: number, fire: () => void): { cancel(): void };
}

/** Changes that the daemon did not take; the others of the same time it took. */
export class RefusedError extends Error {
  override readonly name = "RefusedError";
}
