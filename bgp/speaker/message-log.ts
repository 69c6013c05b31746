/** The last messages of a peer, of all its sessions, as they were on the wire. */
import type { CodecContext } from "bgp-ts-codec";
import type { Clock } from "../ports.ts";

/** One message, header included. */
export interface LoggedMessage {
  /** Unix time in milliseconds. */
  readonly at: number;
  readonly direction: "sent" | "received";
  readonly bytes: Uint8Array;
  /** How it is to be read. */
  readonly context: CodecContext;
}

const MESSAGES = 50;
/** All of them together. */
const BYTES = 64 * 1024;

/** A run of whole messages, one by one; the length of each is in bytes 16 and 17 of its header (RFC 4271 §4.1). */
export function* messagesOf(bytes: Uint8Array): Generator<Uint8Array, void, undefined> {
  for (let start = 0; start < bytes.length;) {
    const length = ((bytes[start + 16] ?? 0) << 8) | (bytes[start + 17] ?? 0);
    const end = start + Math.max(1, length);
    yield bytes.subarray(start, end);
    start = end;
  }
}

export class MessageLog {
  readonly #clock: Clock;
  readonly #entries: LoggedMessage[] = [];
  #bytes = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The oldest first. */
  get entries(): readonly LoggedMessage[] {
    return this.#entries;
  }

  /** `bytes` are one or more whole messages. Those sent stay as they are, those received may be a part of more: they are copied. */
  note(direction: LoggedMessage["direction"], bytes: Uint8Array, context: CodecContext): void {
    const at = this.#clock.wall();
    for (const message of messagesOf(bytes)) {
      this.#add({ at, direction, bytes: direction === "sent" ? message : message.slice(), context });
    }
  }

  #add(entry: LoggedMessage): void {
    this.#entries.push(entry);
    this.#bytes += entry.bytes.length;
    while (this.#entries.length > MESSAGES || this.#bytes > BYTES) {
      this.#bytes -= this.#entries.shift()?.bytes.length ?? 0;
    }
  }
}
