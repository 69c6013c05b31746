/**
 * The BGP finite-state machine as data (RFC 4271 §8, RFC 9687): one machine per TCP connection.
 * `step(config, machine, event)` answers the next machine and the actions a shell has to perform, in order.
 */
import type { NotificationError } from "bgp-ts-codec";

/** The six states of RFC 4271 §8.2.2. */
export const State = {
  Idle: "Idle",
  Connect: "Connect",
  Active: "Active",
  OpenSent: "OpenSent",
  OpenConfirm: "OpenConfirm",
  Established: "Established",
} as const;
export type State = (typeof State)[keyof typeof State];

/** Events with their RFC numbers (RFC 4271 §8.1; 29 is RFC 9687 §4.2). */
export const EventNumber = {
  ManualStart: 1,
  ManualStop: 2,
  AutomaticStart: 3,
  ManualStartPassive: 4,
  AutomaticStartPassive: 5,
  AutomaticStartDamped: 6,
  AutomaticStartDampedPassive: 7,
  AutomaticStop: 8,
  ConnectRetryTimerExpires: 9,
  HoldTimerExpires: 10,
  KeepaliveTimerExpires: 11,
  DelayOpenTimerExpires: 12,
  IdleHoldTimerExpires: 13,
  TcpConnectionValid: 14,
  TcpCrInvalid: 15,
  TcpCrAcked: 16,
  TcpConnectionConfirmed: 17,
  TcpConnectionFails: 18,
  BgpOpen: 19,
  BgpOpenWithDelayOpenTimerRunning: 20,
  BgpHeaderErr: 21,
  BgpOpenMsgErr: 22,
  OpenCollisionDump: 23,
  NotifMsgVerErr: 24,
  NotifMsg: 25,
  KeepAliveMsg: 26,
  UpdateMsg: 27,
  UpdateMsgErr: 28,
  SendHoldTimerExpires: 29,
} as const;
export type EventName = keyof typeof EventNumber;

/** What a stop tells the peer: the Cease sub-code (RFC 4486) and its data (RFC 9003 text, RFC 8538 inner code). */
export interface Cease {
  readonly subcode: number;
  readonly data: Uint8Array;
}

/** What the events carry that are more than their name. */
interface EventValues {
  /** `cease` absent: no NOTIFICATION, so that a peer with graceful restart keeps the routes (RFC 4724 §4). */
  readonly ManualStop: { readonly cease?: Cease };
  readonly AutomaticStop: { readonly cease?: Cease };
  /** A valid OPEN. Times are the negotiated ones, in seconds; 0 means no HoldTimer and no KEEPALIVEs. */
  readonly BgpOpen: { readonly holdTime: number; readonly keepaliveTime: number };
  readonly BgpOpenWithDelayOpenTimerRunning: { readonly holdTime: number; readonly keepaliveTime: number };
  /** What to send for the error. */
  readonly BgpHeaderErr: { readonly notification: NotificationError };
  readonly BgpOpenMsgErr: { readonly notification: NotificationError };
  readonly UpdateMsgErr: { readonly notification: NotificationError };
  /** `silent`: replaced under graceful restart, so closed without a NOTIFICATION (RFC 4724 §5). */
  readonly OpenCollisionDump: { readonly silent?: true };
  /** What the peer sent: its Cease sub-code decides about damping (RFC 4486 §4). */
  readonly NotifMsg: { readonly notification: NotificationError };
  /** `routeRefresh`: a ROUTE-REFRESH, which RFC 4271 has no event for; it is expected where an UPDATE is (RFC 2918 §4). */
  readonly UpdateMsg: { readonly routeRefresh?: true };
}

/**
 * An event. Those that carry a value name it; the rest are their name alone. A message is an event of the machine
 * whose connection it came on.
 */
export type FsmEvent = {
  readonly [Name in EventName]: { readonly type: Name } & (Name extends keyof EventValues
    ? EventValues[Name]
    : unknown);
}[EventName];

export type EventNamed<Name extends EventName> = Extract<FsmEvent, { readonly type: Name }>;

/**
 * What says nothing to a machine that was started: another start, and what its shell settles itself (it takes or refuses
 * connections; how that ended is event 16, 17 or 18).
 */
export type SettledEvent = EventNamed<
  | "ManualStart"
  | "AutomaticStart"
  | "ManualStartPassive"
  | "AutomaticStartPassive"
  | "AutomaticStartDamped"
  | "AutomaticStartDampedPassive"
  | "TcpConnectionValid"
  | "TcpCrInvalid"
>;

/** All else: what the states but Idle answer each in their way. */
export type StartedEvent = Exclude<FsmEvent, SettledEvent>;

/** The timers of RFC 4271 §8.1.3 and §10, RFC 9687 §4.4. */
export const TimerName = {
  ConnectRetry: "ConnectRetry",
  Hold: "Hold",
  Keepalive: "Keepalive",
  DelayOpen: "DelayOpen",
  IdleHold: "IdleHold",
  SendHold: "SendHold",
} as const;
export type TimerName = (typeof TimerName)[keyof typeof TimerName];

/** DampPeerOscillations: how long a machine is held in Idle after an error. Seconds. */
export interface Damping {
  /** After the first error; doubled by each further one, up to `max`. */
  readonly initial: number;
  readonly max: number;
  /** Time in Established after which the errors before are forgotten; absent: `max`. */
  readonly stable?: number;
}

/** Session attributes that do not change while a machine lives (RFC 4271 §8). Times in seconds. */
export interface FsmConfig {
  /** Also the wait in Idle before the next start when no damping applies. Greater than 0. */
  readonly connectRetryTime: number;
  /** The large HoldTimer while waiting for an OPEN: 240 (RFC 4271 §8.2.2). */
  readonly openHoldTime: number;
  /** PassiveTcpEstablishment: never connect, wait for the peer to do it. */
  readonly passive: boolean;
  /** DelayOpen: seconds to wait for the peer's OPEN before sending ours; absent: send at once. */
  readonly delayOpenTime?: number;
  /** DampPeerOscillations; absent: errors too are followed by a wait of connectRetryTime only. */
  readonly damping?: Damping;
  readonly sendNotificationWithoutOpen: boolean;
  readonly collisionDetectEstablishedState: boolean;
  /** SendHoldTime, 0: off, absent: max(480, 2 x the negotiated hold time) (RFC 9687 §6). */
  readonly sendHoldTime?: number;
}

/** One machine: the state, the mandatory and optional session attributes that change, and which timers run. */
export interface Machine {
  readonly state: State;
  readonly connectRetryCounter: number;
  /** Negotiated, in seconds; 0 before OPEN and when keepalives are off. */
  readonly holdTime: number;
  readonly keepaliveTime: number;
  /** The IdleHoldTime last imposed, in seconds, which the next error doubles; 0 when the peer has been stable. */
  readonly idleHoldTime: number;
  /** The machine waits in Idle as a penalty: connections from the peer are refused too. */
  readonly held: boolean;
  /** Each timer at most once. */
  readonly running: readonly TimerName[];
}

/** Why a machine left a state that had a connection, as stable text for logs and status. */
export type DownReason =
  | "manual-stop"
  | "automatic-stop"
  | "hold-timer-expired"
  | "send-hold-timer-expired"
  | "connection-failed"
  | "notification-received"
  | "header-error"
  | "open-error"
  | "update-error"
  | "fsm-error"
  | "collision"
  | "connect-retry";

/** What the shell does, in order. Events that come up meanwhile wait until the last action is done. */
export type Action =
  /** Starts the timer, or starts it anew where it runs. `jitter`: multiply by a random number in [0.75, 1.0] (RFC 4271 §10). */
  | { readonly type: "startTimer"; readonly timer: TimerName; readonly seconds: number; readonly jitter: boolean }
  | { readonly type: "stopTimer"; readonly timer: TimerName }
  /** Open a TCP connection to the peer: TcpCrAcked or TcpConnectionFails tells how it went. */
  | { readonly type: "connect" }
  /** Take a connection from the peer. */
  | { readonly type: "listen" }
  /**
   * Close the transport, or give up the attempt, in an orderly way: what was written before goes out first.
   * `abort`: at once, because the peer no longer reads.
   */
  | { readonly type: "close"; readonly abort?: true }
  | { readonly type: "sendOpen" }
  | { readonly type: "sendKeepalive" }
  | { readonly type: "sendNotification"; readonly notification: NotificationError }
  /** The session reached Established: routes may be sent. */
  | { readonly type: "up" }
  /** An Established session ended: the peer's routes are gone, or kept where graceful restart says so. */
  | { readonly type: "down"; readonly reason: DownReason }
  /** Hand the received UPDATE (or ROUTE-REFRESH) to its reader. */
  | { readonly type: "processUpdate" };

export interface Step {
  readonly machine: Machine;
  readonly actions: readonly Action[];
  /** Why the machine returned to Idle or Active, or gave up an attempt to connect, where it did. */
  readonly reason?: DownReason;
}
