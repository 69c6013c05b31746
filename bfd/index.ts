/** @herald/bfd: Bidirectional Forwarding Detection (RFC 5880, 5881, 5883) in asynchronous mode. */
export { Sessions } from "./sessions.ts";
export type { PathStatus, SessionsEvent, SessionsOptions, Unsolicited } from "./sessions.ts";
export type { PathConfig } from "./users.ts";
export { MULTIHOP_PORT, SINGLE_HOP_PORT } from "./path.ts";
export type { Path } from "./path.ts";
export { AuthType, decode, Diagnostic, encode, State } from "./packet.ts";
export type { AuthSection, ControlPacket, Decoded } from "./packet.ts";
export { DropReason } from "./error.ts";
export type { DropCounters, Problem } from "./error.ts";
export type {
  Authentication,
  AuthKey,
  EchoConfig,
  Profile,
  SessionConfig,
  SessionCounters,
  SessionEvent,
  SessionStatus,
} from "./types.ts";
export type {
  Channel,
  ChannelOptions,
  Clock,
  Digest,
  DigestAlgorithm,
  EchoChannel,
  Host,
  IncomingDatagram,
  Random,
  Timer,
} from "./ports.ts";
