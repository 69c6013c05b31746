/** Connection collision: which of two connections to one peer stays (RFC 4271 §6.8, RFC 6286 §2.3, RFC 4724 §5). */
import type { FsmEvent, State } from "./types.ts";

/** Who opened a connection: the peer, or we. */
export type Direction = "inbound" | "outbound";

/** Identifiers and AS numbers are unsigned 32-bit numbers; the remote ones are those of the OPEN just received. */
export interface Collision {
  readonly localId: number;
  readonly localAs: number;
  readonly remoteId: number;
  readonly remoteAs: number;
  /** The connection there was. */
  readonly existing: { readonly direction: Direction; readonly state: State };
  /** The connection a valid OPEN has just come on. */
  readonly candidate: { readonly direction: Direction };
  readonly collisionDetectEstablishedState: boolean;
  /** Graceful restart was negotiated on the existing connection (RFC 4724). */
  readonly gracefulRestart: boolean;
}

/** Who stays. "both": not decided before the existing connection has its OPEN too. `dump` is the event for the other. */
export type CollisionOutcome =
  | { readonly keep: "existing" | "candidate"; readonly dump: FsmEvent }
  | { readonly keep: "both" };

const DUMP: FsmEvent = { type: "OpenCollisionDump" };
const SILENT_DUMP: FsmEvent = { type: "OpenCollisionDump", silent: true };

/** Both ends come to the same answer about an OpenConfirm pair, whichever OPEN comes first. */
export function resolveCollision(collision: Collision): CollisionOutcome {
  const { existing, candidate } = collision;
  switch (existing.state) {
    // Nothing but an attempt: it is given up.
    case "Idle":
    case "Connect":
    case "Active":
      return { keep: "candidate", dump: DUMP };
    // The identifier of the peer is known by its OPEN alone.
    case "OpenSent":
      return { keep: "both" };
    case "OpenConfirm":
      return byIdentifier(collision);
    case "Established":
      // The peer has restarted and lost the session; its routes are kept, so no NOTIFICATION.
      if (collision.gracefulRestart && candidate.direction === "inbound") {
        return { keep: "candidate", dump: SILENT_DUMP };
      }
      return collision.collisionDetectEstablishedState ? byIdentifier(collision) : { keep: "existing", dump: DUMP };
  }
}

/** Of two connections in one direction the newer: who opened it has given the older up. */
function byIdentifier(collision: Collision): CollisionOutcome {
  const { existing, candidate } = collision;
  const winner: Direction = isRemoteDominant(collision) ? "inbound" : "outbound";
  return existing.direction === candidate.direction || candidate.direction === winner
    ? { keep: "candidate", dump: DUMP }
    : { keep: "existing", dump: DUMP };
}

/** The higher BGP Identifier, among equal ones the larger AS number (RFC 6286 §2.3). */
function isRemoteDominant({ localId, localAs, remoteId, remoteAs }: Collision): boolean {
  return remoteId > localId || (remoteId === localId && remoteAs > localAs);
}
