/** Messages put together for one write, which several sessions may share. */
import { MessageType } from "bgp-ts-codec";

export interface Chunk {
  readonly bytes: Uint8Array;
  readonly type: MessageType;
  readonly messages: number;
  /** Prefixes announced or withdrawn in it. */
  readonly prefixes: number;
}

/** Small enough to share the socket with a KEEPALIVE, large enough for few writes. */
const CHUNK_BYTES = 32 * 1024;

/** Gathers UPDATEs; `full` says when it is time to take them. */
export class ChunkBuilder {
  #messages: Uint8Array[] = [];
  #bytes = 0;
  #prefixes = 0;

  add(message: Uint8Array, prefixes: number): void {
    this.#messages.push(message);
    this.#bytes += message.length;
    this.#prefixes += prefixes;
  }

  get full(): boolean {
    return this.#bytes >= CHUNK_BYTES;
  }

  /** What was gathered; undefined when nothing was. */
  take(): Chunk | undefined {
    const [first] = this.#messages;
    if (first === undefined) return undefined;
    const messages = this.#messages.length;
    let bytes = first;
    if (messages > 1) {
      bytes = new Uint8Array(this.#bytes);
      let at = 0;
      for (const message of this.#messages) {
        bytes.set(message, at);
        at += message.length;
      }
    }
    const chunk = { bytes, type: MessageType.Update, messages, prefixes: this.#prefixes };
    this.#messages = [];
    this.#bytes = 0;
    this.#prefixes = 0;
    return chunk;
  }
}

/** One message that is no route. */
export function marker(bytes: Uint8Array, type: MessageType): Chunk {
  return { bytes, type, messages: 1, prefixes: 0 };
}
