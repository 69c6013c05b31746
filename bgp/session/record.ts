/**
 * A session as a list of plain events: what came in, and what went out because of it. Bytes are hexadecimal, `at` is
 * milliseconds of the host's clock. A recording holds no key and no password.
 */
import type { DownReason, State, TimerName } from "../fsm/types.ts";
import type { SessionConfig } from "./types.ts";

interface EndPoint {
  readonly address: string;
  readonly port: number;
}

/** What a session is fed. */
export type RecordedInput =
  /** The first event. `idleHoldTime`: seconds, damping carried over. `again`: the peer was Established before. */
  | {
      readonly type: "session";
      readonly config: Recordable;
      readonly idleHoldTime: number;
      readonly again: boolean;
    }
  | { readonly type: "config"; readonly config: Recordable }
  | { readonly type: "start" }
  | { readonly type: "path"; readonly up: boolean }
  | { readonly type: "stop"; readonly automatic: boolean; readonly cease?: { subcode: number; data: string } }
  /** `opening`: because of the OPEN received last, which is therefore not answered. */
  | { readonly type: "dump"; readonly silent: boolean; readonly opening: boolean }
  | { readonly type: "accepted"; readonly local: EndPoint; readonly remote: EndPoint }
  | { readonly type: "connected"; readonly local: EndPoint; readonly remote: EndPoint }
  | { readonly type: "failed"; readonly text: string }
  | { readonly type: "received"; readonly bytes: string }
  | { readonly type: "closed"; readonly text?: string }
  | { readonly type: "timer"; readonly timer: TimerName }
  /** UPDATEs and ROUTE-REFRESHes handed over to be written: input and output at once. */
  | { readonly type: "routes"; readonly bytes: string };

/** Without its keys. */
type Recordable = Omit<SessionConfig, "md5Key" | "aoKey">;

/** What a session does. */
export type RecordedOutput =
  | { readonly type: "connect" }
  /** OPEN, KEEPALIVE or NOTIFICATION. */
  | { readonly type: "sent"; readonly bytes: string }
  | { readonly type: "close"; readonly abort: boolean }
  | { readonly type: "state"; readonly from: State; readonly to: State; readonly reason?: DownReason };

/** `session` tells the connections of one peer apart: 1 is the first. */
export type RecordedEvent = {
  readonly at: number;
  readonly peer: string;
  readonly session: number;
} & (RecordedInput | RecordedOutput);

export type RecordSink = (event: RecordedEvent) => void;

/** The sink of one session: it knows who and when. */
export type SessionRecorder = (event: RecordedInput | RecordedOutput) => void;

const DIGITS = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

export function toHex(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += DIGITS[byte];
  return text;
}

export function fromHex(text: string): Uint8Array {
  return Uint8Array.from({ length: text.length / 2 }, (_, i) => Number.parseInt(text.slice(2 * i, 2 * i + 2), 16));
}

/** A configuration as it may be written down. */
export function recordable(config: SessionConfig): Recordable {
  const { md5Key: _md5, aoKey: _ao, ...rest } = config;
  return rest;
}
