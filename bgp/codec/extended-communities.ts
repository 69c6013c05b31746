/**
 * Extended communities (RFC 4360 §2, RFC 5668): type (1), sub-type (1), six bytes, kept as one unsigned 64-bit number.
 *
 * - type 0x00: AS number (2), local (4). 0x01: IPv4 address (4), local (2). 0x02: AS number (4), local (2).
 * - sub-type 0x02 route target, 0x03 route origin ("site of origin").
 * - type 0x00 or 0x40, sub-type 0x04: link bandwidth, AS number (2), bytes per second as float32 (RFC 10005 §2).
 * - type 0x03, sub-type 0x0b: color, flags (2), color (4) (RFC 9012 §4.3).
 *
 * Bit 0x40 of the type: not transitive across ASes.
 */
import { asn16 } from "./as-path.ts";
import { CodecError } from "./error.ts";
import { checkUint } from "./writer.ts";

/** How a route target or origin names who administers it; it decides the width of `local`: 4 bytes, or 2. */
export const Administrator = { As2: 0, Ipv4: 1, As4: 2 } as const;
export type Administrator = (typeof Administrator)[keyof typeof Administrator];

export type ExtendedCommunity =
  | {
      readonly kind: "route-target" | "route-origin";
      readonly administrator: Administrator;
      /** AS number or IPv4 address. */
      readonly global: number;
      readonly local: number;
    }
  | {
      readonly kind: "link-bandwidth";
      readonly transitive: boolean;
      /** AS_TRANS stands for a number above 65535. */
      readonly asn: number;
      /** Rounded to a 32-bit float on the wire. */
      readonly bytesPerSecond: number;
    }
  | { readonly kind: "color"; readonly flags: number; readonly color: number }
  | { readonly kind: "unknown"; readonly value: bigint };

const NON_TRANSITIVE = 0x40;
const ROUTE_TARGET = 0x02;
const ROUTE_ORIGIN = 0x03;
const LINK_BANDWIDTH = 0x04;
const OPAQUE = 0x03;
const COLOR = 0x0b;

function isAdministrator(type: number): type is Administrator {
  return type <= Administrator.As4;
}

/** Throws `CodecError` for a value out of range, naming the field. */
export function encodeExtendedCommunity(community: ExtendedCommunity): bigint {
  const view = new DataView(new ArrayBuffer(8));
  const two = (at: number, value: number, field: string): void => {
    checkUint(value, 0xffff, `${community.kind} ${field}`);
    view.setUint16(at, value);
  };
  const four = (at: number, value: number, field: string): void => {
    checkUint(value, 0xffff_ffff, `${community.kind} ${field}`);
    view.setUint32(at, value);
  };
  switch (community.kind) {
    case "route-target":
    case "route-origin": {
      const { kind, administrator, global, local } = community;
      view.setUint8(0, administrator);
      view.setUint8(1, kind === "route-target" ? ROUTE_TARGET : ROUTE_ORIGIN);
      const wide = administrator !== Administrator.As2;
      (wide ? four : two)(2, global, "global");
      if (wide) two(6, local, "local");
      else four(4, local, "local");
      break;
    }
    case "link-bandwidth": {
      const { transitive, asn, bytesPerSecond } = community;
      checkUint(asn, 0xffff_ffff, "link-bandwidth asn");
      const rounded = Math.fround(bytesPerSecond);
      if (!(Number.isFinite(rounded) && bytesPerSecond >= 0)) {
        throw new CodecError(
          "link-bandwidth bytesPerSecond",
          `${bytesPerSecond} is not 0 or more, within a 32-bit float`,
        );
      }
      view.setUint8(0, transitive ? 0 : NON_TRANSITIVE);
      view.setUint8(1, LINK_BANDWIDTH);
      view.setUint16(2, asn16(asn));
      view.setFloat32(4, rounded);
      break;
    }
    case "color":
      view.setUint8(0, OPAQUE);
      view.setUint8(1, COLOR);
      two(2, community.flags, "flags");
      four(4, community.color, "color");
      break;
    case "unknown":
      return community.value;
  }
  return view.getBigUint64(0);
}

/** What is not one of the kinds, or is a link bandwidth that is negative or no number, is "unknown". */
export function decodeExtendedCommunity(value: bigint): ExtendedCommunity {
  const view = new DataView(new ArrayBuffer(8));
  view.setBigUint64(0, value);
  const type = view.getUint8(0);
  const subtype = view.getUint8(1);
  if (isAdministrator(type) && (subtype === ROUTE_TARGET || subtype === ROUTE_ORIGIN)) {
    const wide = type !== Administrator.As2;
    return {
      kind: subtype === ROUTE_TARGET ? "route-target" : "route-origin",
      administrator: type,
      global: wide ? view.getUint32(2) : view.getUint16(2),
      local: wide ? view.getUint16(6) : view.getUint32(4),
    };
  }
  if ((type & ~NON_TRANSITIVE) === 0 && subtype === LINK_BANDWIDTH) {
    const bytesPerSecond = view.getFloat32(4);
    if (Number.isFinite(bytesPerSecond) && (view.getUint8(4) & 0x80) === 0) {
      return { kind: "link-bandwidth", transitive: type === 0, asn: view.getUint16(2), bytesPerSecond };
    }
  }
  if (type === OPAQUE && subtype === COLOR) {
    return { kind: "color", flags: view.getUint16(2), color: view.getUint32(4) };
  }
  return { kind: "unknown", value };
}

/**
 * The bandwidth in bytes per second that a route's communities give: the lowest counts, zero too, transitive or not;
 * negative ones and those that are no number are ignored (RFC 10005 §3). Undefined where there is none.
 */
export function linkBandwidth(communities: readonly bigint[]): number | undefined {
  let lowest: number | undefined;
  for (const value of communities) {
    const community = decodeExtendedCommunity(value);
    if (community.kind !== "link-bandwidth") continue;
    if (lowest === undefined || community.bytesPerSecond < lowest) lowest = community.bytesPerSecond;
  }
  return lowest;
}
