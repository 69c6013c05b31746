/**
 * The control packet (RFC 5880 §4.1): 24 bytes, big-endian, then the authentication section where A is set.
 *
 *  0 version (3 bits), diagnostic (5)   1 state (2), P F C A D M   2 detect multiplier   3 length
 *  4 my discriminator   8 your discriminator   12 desired min tx   16 required min rx   20 required min echo rx
 */
import { DropReason } from "./error.ts";

export const State = { AdminDown: "AdminDown", Down: "Down", Init: "Init", Up: "Up" } as const;
export type State = (typeof State)[keyof typeof State];

/** In the order of their codes. */
const STATES = [State.AdminDown, State.Down, State.Init, State.Up] as const;

/** Why the last change of state came about (RFC 5880 §4.1). A peer may send others, up to 31. */
export const Diagnostic = {
  None: 0,
  ControlDetectionTimeExpired: 1,
  EchoFunctionFailed: 2,
  NeighborSignaledSessionDown: 3,
  ForwardingPlaneReset: 4,
  PathDown: 5,
  ConcatenatedPathDown: 6,
  AdministrativelyDown: 7,
  ReverseConcatenatedPathDown: 8,
} as const;

export const AuthType = {
  SimplePassword: 1,
  KeyedMd5: 2,
  MeticulousKeyedMd5: 3,
  KeyedSha1: 4,
  MeticulousKeyedSha1: 5,
} as const;
export type AuthType = (typeof AuthType)[keyof typeof AuthType];

/** RFC 5880 §4.2: type, length, key ID, password of 1 to 16 bytes. */
export interface PasswordSection {
  readonly type: typeof AuthType.SimplePassword;
  readonly keyId: number;
  readonly password: Uint8Array;
}

/** RFC 5880 §4.3, §4.4: type, length, key ID, reserved, sequence number (32 bits), digest of 16 (MD5) or 20 (SHA1) bytes. */
export interface DigestSection {
  readonly type: Exclude<AuthType, typeof AuthType.SimplePassword>;
  readonly keyId: number;
  readonly sequence: number;
  readonly digest: Uint8Array;
}

export type AuthSection = PasswordSection | DigestSection;

/** Intervals in microseconds, as on the wire. */
export interface ControlPacket {
  readonly diagnostic: number;
  readonly state: State;
  readonly poll: boolean;
  readonly final: boolean;
  readonly controlPlaneIndependent: boolean;
  readonly demand: boolean;
  readonly detectMultiplier: number;
  readonly myDiscriminator: number;
  readonly yourDiscriminator: number;
  readonly desiredMinTx: number;
  readonly requiredMinRx: number;
  readonly requiredMinEchoRx: number;
  readonly authentication?: AuthSection;
}

const VERSION = 1;
export const HEADER_LENGTH = 24;
/** Where the digest begins, in the packet. */
export const DIGEST_OFFSET = HEADER_LENGTH + 8;

const Flag = { Poll: 0x20, Final: 0x10, ControlPlaneIndependent: 0x08, Authentication: 0x04, Demand: 0x02 } as const;
const MULTIPOINT = 0x01;

/** Bytes of the digest: 16 for MD5, 20 for SHA1. */
export function digestLength(type: DigestSection["type"]): number {
  return type === AuthType.KeyedMd5 || type === AuthType.MeticulousKeyedMd5 ? 16 : 20;
}

function sectionLength(section: AuthSection): number {
  return section.type === AuthType.SimplePassword ? 3 + section.password.length : 8 + digestLength(section.type);
}

/** Big-endian. By hand: a DataView would cost memory outside the engine's heap for each packet. */
function put32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 24;
  bytes[at + 1] = value >>> 16;
  bytes[at + 2] = value >>> 8;
  bytes[at + 3] = value;
}

/** The bytes of a packet; a digest is written as it is given. */
export function encode(packet: ControlPacket): Uint8Array {
  const { authentication: section } = packet;
  const length = HEADER_LENGTH + (section === undefined ? 0 : sectionLength(section));
  const bytes = new Uint8Array(length);
  bytes[0] = (VERSION << 5) | (packet.diagnostic & 0x1f);
  bytes[1] =
    (STATES.indexOf(packet.state) << 6) |
    (packet.poll ? Flag.Poll : 0) |
    (packet.final ? Flag.Final : 0) |
    (packet.controlPlaneIndependent ? Flag.ControlPlaneIndependent : 0) |
    (section === undefined ? 0 : Flag.Authentication) |
    (packet.demand ? Flag.Demand : 0);
  bytes[2] = packet.detectMultiplier;
  bytes[3] = length;
  put32(bytes, 4, packet.myDiscriminator);
  put32(bytes, 8, packet.yourDiscriminator);
  put32(bytes, 12, packet.desiredMinTx);
  put32(bytes, 16, packet.requiredMinRx);
  put32(bytes, 20, packet.requiredMinEchoRx);
  if (section === undefined) return bytes;
  bytes[24] = section.type;
  bytes[25] = length - HEADER_LENGTH;
  bytes[26] = section.keyId;
  if (section.type === AuthType.SimplePassword) {
    bytes.set(section.password, 27);
  } else {
    put32(bytes, 28, section.sequence);
    bytes.set(section.digest, DIGEST_OFFSET);
  }
  return bytes;
}

export type Decoded = { readonly packet: ControlPacket } | { readonly drop: DropReason };

/**
 * Reads a datagram's payload and makes the checks that need no session, in the order of RFC 5880 §6.8.6. What follows
 * the packet's own length is ignored. Any bytes have an answer; nothing is thrown.
 */
export function decode(bytes: Uint8Array): Decoded {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = bytes.length < HEADER_LENGTH ? 0 : view.getUint8(3);
  if (bytes.length > 0 && view.getUint8(0) >> 5 !== VERSION) return { drop: DropReason.Version };
  if (length < HEADER_LENGTH || length > bytes.length) return { drop: DropReason.Length };
  const flags = view.getUint8(1);
  const authenticated = (flags & Flag.Authentication) !== 0;
  if (authenticated && length < HEADER_LENGTH + 2) return { drop: DropReason.Length };
  const packet = {
    diagnostic: view.getUint8(0) & 0x1f,
    state: STATES[flags >> 6] ?? State.AdminDown,
    poll: (flags & Flag.Poll) !== 0,
    final: (flags & Flag.Final) !== 0,
    controlPlaneIndependent: (flags & Flag.ControlPlaneIndependent) !== 0,
    demand: (flags & Flag.Demand) !== 0,
    detectMultiplier: view.getUint8(2),
    myDiscriminator: view.getUint32(4),
    yourDiscriminator: view.getUint32(8),
    desiredMinTx: view.getUint32(12),
    requiredMinRx: view.getUint32(16),
    requiredMinEchoRx: view.getUint32(20),
  };
  if (packet.detectMultiplier === 0) return { drop: DropReason.MultiplierZero };
  if ((flags & MULTIPOINT) !== 0) return { drop: DropReason.Multipoint };
  if (packet.myDiscriminator === 0) return { drop: DropReason.MyDiscriminatorZero };
  if (packet.yourDiscriminator === 0 && packet.state !== State.Down && packet.state !== State.AdminDown) {
    return { drop: DropReason.YourDiscriminatorZero };
  }
  if (!authenticated) return { packet };
  const authentication = readSection(view, bytes, length);
  return authentication === undefined
    ? { drop: DropReason.AuthenticationMalformed }
    : { packet: { ...packet, authentication } };
}

/** The section at offset 24, or undefined where it does not hold together (RFC 5880 §6.7.2-§6.7.4). */
function readSection(view: DataView, bytes: Uint8Array, packetLength: number): AuthSection | undefined {
  const [type, length] = [view.getUint8(HEADER_LENGTH), view.getUint8(HEADER_LENGTH + 1)];
  if (length < 4 || HEADER_LENGTH + length > packetLength) return undefined;
  const keyId = view.getUint8(HEADER_LENGTH + 2);
  switch (type) {
    case AuthType.SimplePassword: {
      if (length > 19) return undefined;
      return { type, keyId, password: bytes.slice(HEADER_LENGTH + 3, HEADER_LENGTH + length) };
    }
    case AuthType.KeyedMd5:
    case AuthType.MeticulousKeyedMd5:
    case AuthType.KeyedSha1:
    case AuthType.MeticulousKeyedSha1: {
      if (length !== 8 + digestLength(type)) return undefined;
      const digest = bytes.slice(DIGEST_OFFSET, HEADER_LENGTH + length);
      return { type, keyId, sequence: view.getUint32(HEADER_LENGTH + 4), digest };
    }
    default:
      return undefined;
  }
}
