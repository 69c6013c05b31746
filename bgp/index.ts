/** @herald/bgp: a BGP-4 speaker library. */
export { MonitoredSpeaker } from "./bmp/monitored.ts";
export type { BmpStation } from "./bmp/monitored.ts";
export { Speaker } from "./speaker/speaker.ts";
export type { SpeakerOptions } from "./speaker/speaker.ts";
export type { LoggedMessage } from "./speaker/message-log.ts";
export type { PeerWatcher } from "./speaker/peer.ts";
export type {
  AdjRibOut,
  CloseOptions,
  PathState,
  PeerConfig,
  PeerStatus,
  RangeConfig,
  Route,
  RouteChange,
  SpeakerEvent,
  Unsent,
} from "./speaker/types.ts";
export type { Families, GracefulRestart, MessageCounters, PeerError, RemoteAs } from "./session/types.ts";
export { isWithin } from "./speaker/ranges.ts";
export { outputsOf, replay } from "./session/replay.ts";
export type { RecordedEvent, RecordSink } from "./session/record.ts";
export type { Direction } from "./fsm/collision.ts";
export type { Damping, DownReason, State, TimerName } from "./fsm/types.ts";
export type {
  AoKey,
  Clock,
  Connection,
  ConnectionHandlers,
  Dialer,
  DialHandlers,
  DialOptions,
  Host,
  Links,
  Listener,
  ListenerPeer,
  ListenOptions,
  Log,
  Random,
  Timer,
} from "./ports.ts";
