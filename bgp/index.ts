/** @herald/bgp: a BGP-4 speaker library. */
export { Speaker } from "./speaker/speaker.ts";
export type { SpeakerOptions } from "./speaker/speaker.ts";
export type {
  CloseOptions,
  PathState,
  PeerConfig,
  PeerStatus,
  Route,
  RouteChange,
  SpeakerEvent,
  Unsent,
} from "./speaker/types.ts";
export type { Families, GracefulRestart, MessageCounters, PeerError, RemoteAs } from "./session/types.ts";
export { outputsOf, replay } from "./session/replay.ts";
export type { RecordedEvent, RecordSink } from "./session/record.ts";
export type { Damping, DownReason, State } from "./fsm/types.ts";
export type {
  Clock,
  Connection,
  ConnectionHandlers,
  Dialer,
  DialHandlers,
  DialOptions,
  Host,
  Listener,
  ListenerPeer,
  ListenOptions,
  Log,
  Random,
  Timer,
} from "./ports.ts";
