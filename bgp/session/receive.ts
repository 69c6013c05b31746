/** A received message as an event of the state machine. */
import { ErrorCode, MessageType, OpenSubcode, decodeMessage } from "bgp-ts-codec";
import type {
  CodecContext,
  Decoded,
  NotificationMessage,
  OpenMessage,
  RouteRefreshMessage,
  UpdateMessage,
} from "bgp-ts-codec";
import type { FsmEvent, State } from "../fsm/index.ts";
import type { Frame } from "./framer.ts";

/** An UPDATE or ROUTE-REFRESH to be read, with what was wrong with it and could be survived. */
export interface RouteMessage {
  readonly message: UpdateMessage | RouteRefreshMessage;
  readonly errors: Decoded["errors"];
  /** As it came, header included. */
  readonly bytes: Uint8Array;
}

export type Received =
  /** An event as it is; `text` says what was wrong. */
  | { readonly kind: "event"; readonly event: FsmEvent; readonly text?: string }
  /** An OPEN still to be checked. */
  | { readonly kind: "open"; readonly open: OpenMessage }
  | { readonly kind: "notification"; readonly event: FsmEvent; readonly message: NotificationMessage }
  | { readonly kind: "routes"; readonly event: FsmEvent; readonly routes: RouteMessage };

const LOST: FsmEvent = { type: "TcpConnectionFails" };

function headerError(frame: Extract<Frame, { status: "error" }>): Received {
  const { error, silent } = frame;
  const event: FsmEvent = silent ? LOST : { type: "BgpHeaderErr", notification: error.notification };
  return { kind: "event", event, text: error.text };
}

/** What cannot be survived: of an OPEN an error of its own, of a NOTIFICATION nothing that may be answered. */
function fatal(type: MessageType, { errors, notification }: Decoded): Received {
  const text = errors[0]?.text ?? "the message is malformed";
  if (notification === null) return { kind: "event", event: LOST, text };
  const name = type === MessageType.Open ? "BgpOpenMsgErr" : "UpdateMsgErr";
  return { kind: "event", event: { type: name, notification }, text };
}

function notificationEvent({ code, subcode, data }: NotificationMessage): FsmEvent {
  return code === ErrorCode.OpenMessage && subcode === OpenSubcode.UnsupportedVersion
    ? { type: "NotifMsgVerErr" }
    : { type: "NotifMsg", notification: { code, subcode, data } };
}

/** Routes that come outside of Established are not looked at: that they came is the error. */
export function interpret(frame: Frame, state: State, context: CodecContext): Received {
  if (frame.status === "error") return headerError(frame);
  const { type, bytes } = frame;
  const routes: FsmEvent =
    type === MessageType.RouteRefresh ? { type: "UpdateMsg", routeRefresh: true } : { type: "UpdateMsg" };
  const isRoutes = type === MessageType.Update || type === MessageType.RouteRefresh;
  if (isRoutes && state !== "Established") return { kind: "event", event: routes };
  const decoded = decodeMessage(bytes, context);
  const { message } = decoded;
  if (message === null) return fatal(type, decoded);
  switch (message.type) {
    case MessageType.Open:
      return { kind: "open", open: message };
    case MessageType.Notification:
      return { kind: "notification", event: notificationEvent(message), message };
    case MessageType.Keepalive:
      return { kind: "event", event: { type: "KeepAliveMsg" } };
    case MessageType.Update:
    case MessageType.RouteRefresh:
      return { kind: "routes", event: routes, routes: { message, errors: decoded.errors, bytes } };
  }
}
