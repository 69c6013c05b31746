/** What a session says and hears: counted, recorded, and told to whoever watches. */
import { encodeMessage } from "bgp-ts-codec";
import type { CodecContext, Message, MessageType } from "bgp-ts-codec";
import type { Counters } from "./counters.ts";
import { toHex } from "./record.ts";
import type { SessionRecorder } from "./record.ts";
import type { Transport } from "./transport.ts";

/** Told of messages as they are on the wire: `bytes` are one or more of them, whole, and not to be kept. */
export type MessageWatcher = (direction: "sent" | "received", bytes: Uint8Array, context: CodecContext) => void;

export interface TrafficOptions {
  readonly transport: Pick<Transport, "write">;
  readonly sent: Counters;
  readonly received: Counters;
  readonly record?: SessionRecorder | undefined;
  readonly watch?: MessageWatcher | undefined;
}

export class Traffic {
  readonly #options: TrafficOptions;

  constructor(options: TrafficOptions) {
    this.#options = options;
  }

  /** OPEN or NOTIFICATION. */
  send(message: Message, context: CodecContext): void {
    this.sendBytes(encodeMessage(message, context), message.type, context);
  }

  sendBytes(bytes: Uint8Array, type: MessageType, context: CodecContext): void {
    this.#options.record?.({ type: "sent", bytes: toHex(bytes) });
    this.#write(bytes, type, 1, context);
  }

  /** Whole messages of one type. */
  sendRoutes(bytes: Uint8Array, type: MessageType, messages: number, context: CodecContext): void {
    this.#options.record?.({ type: "routes", bytes: toHex(bytes) });
    this.#write(bytes, type, messages, context);
  }

  hear(bytes: Uint8Array, type: MessageType, context: CodecContext): void {
    this.#options.received.add(type, bytes.length);
    this.#options.watch?.("received", bytes, context);
  }

  #write(bytes: Uint8Array, type: MessageType, messages: number, context: CodecContext): void {
    const { sent, transport, watch } = this.#options;
    sent.add(type, bytes.length, messages);
    transport.write(bytes);
    watch?.("sent", bytes, context);
  }
}
