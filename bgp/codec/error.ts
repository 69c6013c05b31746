/** Errors of the codec: one class leaves it (on encode), one stays inside (on decode), and the codes of RFC 4271 §6. */
import type { MessageError, NotificationError } from "./types.ts";

/** NOTIFICATION error codes (RFC 4271 §4.5, RFC 7313 §5, RFC 9687 §3.1). */
export const ErrorCode = {
  MessageHeader: 1,
  OpenMessage: 2,
  UpdateMessage: 3,
  HoldTimerExpired: 4,
  FiniteStateMachine: 5,
  Cease: 6,
  RouteRefreshMessage: 7,
  SendHoldTimerExpired: 8,
} as const;
export type ErrorCode = (typeof ErrorCode)[keyof typeof ErrorCode];

/** Subcodes of code 1 (RFC 4271 §6.1). */
export const HeaderSubcode = { NotSynchronized: 1, BadLength: 2, BadType: 3 } as const;

/** Subcodes of code 2 (RFC 4271 §6.2, RFC 5492 §5, RFC 9234 §6). */
export const OpenSubcode = {
  Unspecific: 0,
  UnsupportedVersion: 1,
  BadPeerAs: 2,
  BadBgpIdentifier: 3,
  UnsupportedOptionalParameter: 4,
  UnacceptableHoldTime: 6,
  UnsupportedCapability: 7,
  RoleMismatch: 11,
} as const;

/** Subcodes of code 3 (RFC 4271 §6.3). */
export const UpdateSubcode = {
  MalformedAttributeList: 1,
  UnrecognizedWellKnown: 2,
  MissingWellKnown: 3,
  AttributeFlags: 4,
  AttributeLength: 5,
  InvalidOrigin: 6,
  InvalidNextHop: 8,
  OptionalAttribute: 9,
  InvalidNetwork: 10,
  MalformedAsPath: 11,
} as const;
export type UpdateSubcode = (typeof UpdateSubcode)[keyof typeof UpdateSubcode];

/** Subcodes of code 6 (RFC 4486 §4, RFC 8538 §3, RFC 9384 §3). */
export const CeaseSubcode = {
  MaximumPrefixes: 1,
  AdministrativeShutdown: 2,
  PeerDeconfigured: 3,
  AdministrativeReset: 4,
  ConnectionRejected: 5,
  OtherConfigurationChange: 6,
  ConnectionCollision: 7,
  OutOfResources: 8,
  HardReset: 9,
  BfdDown: 10,
} as const;

/** A value that cannot be put on the wire: `field` names it, the message says what would be right. */
export class CodecError extends Error {
  override readonly name = "CodecError";
  readonly field: string;

  constructor(field: string, problem: string) {
    super(`${field}: ${problem}`);
    this.field = field;
  }
}

/** Received bytes that do not follow their format. Never leaves the codec: it becomes a `MessageError`. */
export class Malformed extends Error {
  override readonly name = "Malformed";
  /** Subcode of code 3, where it is not the one its container would give. */
  readonly subcode: UpdateSubcode | undefined;

  constructor(text: string, subcode?: UpdateSubcode) {
    super(text);
    this.subcode = subcode;
  }
}

/** What a `catch` in a decoder is for; any other error is a defect of the codec and goes on. */
export function asMalformed(error: unknown): Malformed {
  if (error instanceof Malformed) return error;
  throw error;
}

const EMPTY = new Uint8Array(0);

/** A NOTIFICATION's data is cut so that the message stays within 4096 bytes (RFC 4271 §4.1): 21 go before it. */
const MAX_DATA = 4096 - 21;

export function notificationError(code: number, subcode: number, data: Uint8Array = EMPTY): NotificationError {
  return { code, subcode, data: data.slice(0, MAX_DATA) };
}

/** An error after which the session cannot go on. */
export function resetError(text: string, notification: NotificationError): MessageError {
  return { verdict: "session-reset", text, notification };
}
