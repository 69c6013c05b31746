/** The byte stream of one direction cut into messages, whatever the chunks it comes in. */
import { HEADER_LENGTH, MAX_EXTENDED_MESSAGE, readHeader } from "bgp-ts-codec";
import type { HeaderLimits, MessageError, MessageType } from "bgp-ts-codec";
import type { SessionConfig } from "./types.ts";

/** A whole message, header included; or the end of the stream's sense: `silent` where no NOTIFICATION may answer. */
export type Frame =
  | { readonly status: "message"; readonly type: MessageType; readonly bytes: Uint8Array }
  | { readonly status: "error"; readonly error: MessageError; readonly silent: boolean };

/**
 * Messages that lie whole in a chunk are views of it; only one that chunks divide is put together, in a buffer of its
 * own length. So no more than one message is ever held: 65535 bytes.
 */
export class Framer {
  readonly #limits: HeaderLimits;
  /** The beginning of a message: `#have` bytes of it. */
  #partial = new Uint8Array(HEADER_LENGTH);
  #have = 0;

  constructor(limits: HeaderLimits) {
    this.#limits = limits;
  }

  /** The messages that end in `chunk`, in order. After an error nothing more is to be read. */
  *read(chunk: Uint8Array): Generator<Frame, void, undefined> {
    let at = 0;
    while (at < chunk.length) {
      if (this.#have > 0) {
        at = this.#complete(chunk, at);
        const header = readHeader(this.#partial, 0, this.#limits, this.#have);
        if (header.status === "error") {
          yield header;
          return;
        }
        if (header.status === "incomplete") return;
        if (header.length > this.#have) {
          // There was room for the header alone: now for the message, then on with the chunk.
          if (this.#partial.length < header.length) this.#grow(header.length);
          continue;
        }
        const bytes = this.#partial.subarray(0, header.length);
        this.#partial = new Uint8Array(HEADER_LENGTH);
        this.#have = 0;
        yield { status: "message", type: header.type, bytes };
        continue;
      }
      const header = readHeader(chunk, at, this.#limits);
      if (header.status === "error") {
        yield header;
        return;
      }
      if (header.status === "incomplete" || at + header.length > chunk.length) {
        if (header.status === "ok") this.#grow(header.length);
        this.#partial.set(chunk.subarray(at));
        this.#have = chunk.length - at;
        return;
      }
      const bytes = chunk.subarray(at, at + header.length);
      at += header.length;
      yield { status: "message", type: header.type, bytes };
    }
  }

  /** Takes as much of the chunk as the partial message has room for, and answers where the rest begins. */
  #complete(chunk: Uint8Array, at: number): number {
    const taken = chunk.subarray(at, at + this.#partial.length - this.#have);
    this.#partial.set(taken, this.#have);
    this.#have += taken.length;
    return at + taken.length;
  }

  #grow(length: number): void {
    const grown = new Uint8Array(Math.min(length, MAX_EXTENDED_MESSAGE));
    grown.set(this.#partial.subarray(0, this.#have));
    this.#partial = grown;
  }
}

/** For a connection that is to have what the configuration offers. */
export function newFramer({ extendedMessages = false }: Pick<SessionConfig, "extendedMessages">): Framer {
  return new Framer({ extendedMessages });
}
