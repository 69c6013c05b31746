/** Messages counted by type. */
import { MessageType } from "bgp-ts-codec";
import type { MessageCounters } from "./types.ts";

export class Counters {
  #counts = { open: 0, update: 0, notification: 0, keepalive: 0, routeRefresh: 0, bytes: 0 };

  add(type: MessageType, bytes: number, messages = 1): void {
    this.#counts.bytes += bytes;
    switch (type) {
      case MessageType.Open:
        this.#counts.open += messages;
        break;
      case MessageType.Update:
        this.#counts.update += messages;
        break;
      case MessageType.Notification:
        this.#counts.notification += messages;
        break;
      case MessageType.Keepalive:
        this.#counts.keepalive += messages;
        break;
      case MessageType.RouteRefresh:
        this.#counts.routeRefresh += messages;
        break;
    }
  }

  get value(): MessageCounters {
    return { ...this.#counts };
  }
}
