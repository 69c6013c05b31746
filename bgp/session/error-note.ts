/** What is known of an ending, gathered until the machine says that it is one. */
import type { NotificationError } from "bgp-ts-codec";
import type { DownReason } from "../fsm/index.ts";
import type { Clock } from "../ports.ts";
import { describeNotification, describeReason } from "./error-text.ts";
import type { PeerError, SessionConfig } from "./types.ts";

/** Of a peer that does not answer: a wrong key is silence, for the kernels drop what is not signed as they expect (RFC 2385 §2). */
export function silenceHint({ md5Key, aoKey }: Pick<SessionConfig, "md5Key" | "aoKey">): string | undefined {
  if (md5Key === undefined && aoKey === undefined) return undefined;
  const what = aoKey === undefined ? "TCP MD5 password" : "TCP-AO key";
  return `no answer within the connect retry time; is the ${what} the same at the peer?`;
}

export class ErrorNote {
  readonly #clock: Clock;
  #sent: NotificationError | undefined;
  #received: NotificationError | undefined;
  #detail: string | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** What exactly was wrong. */
  detail(text: string | undefined): void {
    this.#detail = text ?? this.#detail;
  }

  sent(notification: NotificationError): void {
    this.#sent = notification;
  }

  received({ code, subcode, data }: NotificationError): void {
    this.#received = { code, subcode, data };
  }

  /** The error of an ending with this reason; none where it was wanted. The note is empty afterwards. */
  take(reason: DownReason): PeerError | undefined {
    const detail = this.#detail;
    const received = reason === "notification-received" ? this.#received : undefined;
    const notification = received ?? this.#sent;
    this.#detail = undefined;
    this.#received = undefined;
    this.#sent = undefined;
    if (reason === "manual-stop" || reason === "collision") return undefined;
    const at = this.#clock.wall();
    if (notification === undefined) return { direction: "local", reason, text: detail ?? describeReason(reason), at };
    const name = describeNotification(notification);
    const expired = reason === "hold-timer-expired" || reason === "send-hold-timer-expired";
    const more = expired ? describeReason(reason) : detail;
    return {
      direction: received === undefined ? "sent" : "received",
      notification,
      reason,
      text: more === undefined || received !== undefined ? name : `${name}: ${more}`,
      at,
    };
  }
}
