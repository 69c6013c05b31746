/**
 * Text of extended communities: "rt:65000:1", "rt:192.0.2.1:1", "rt:1.0:1" (AS number of four bytes), "soo:…" likewise,
 * "link-bandwidth:65000:125000" (transitive; bytes per second), "color:0:100"; any other as "0x" and 16 hexadecimal digits.
 */
import { formatIpv4, parseIpv4 } from "./address.ts";
import { formatAsdot, parseAsn } from "./asn.ts";
import { parseNumbers } from "./communities.ts";
import {
  Administrator,
  decodeExtendedCommunity,
  encodeExtendedCommunity,
  type ExtendedCommunity,
} from "./extended-communities.ts";

function formatAdministrator(administrator: Administrator, global: number): string {
  switch (administrator) {
    case Administrator.As2:
      return `${global}`;
    case Administrator.Ipv4:
      return formatIpv4(global);
    case Administrator.As4:
      return formatAsdot(global);
  }
}

export function formatExtendedCommunity(value: bigint): string {
  const community = decodeExtendedCommunity(value);
  switch (community.kind) {
    case "route-target":
    case "route-origin": {
      const name = community.kind === "route-target" ? "rt" : "soo";
      return `${name}:${formatAdministrator(community.administrator, community.global)}:${community.local}`;
    }
    case "link-bandwidth":
      // AS 0 has no text: it names nobody (RFC 7607).
      if (community.transitive && community.asn !== 0)
        return `link-bandwidth:${community.asn}:${community.bytesPerSecond}`;
      break;
    case "color":
      return `color:${community.flags}:${community.color}`;
    case "unknown":
      break;
  }
  return `0x${value.toString(16).padStart(16, "0")}`;
}

function parseAdministered(kind: "route-target" | "route-origin", text: string): ExtendedCommunity | undefined {
  const [head = "", tail = ""] = text.split(":");
  const [local] = parseNumbers(tail, 1, 0xffff_ffff) ?? [];
  if (local === undefined || `${head}:${tail}` !== text) return undefined;
  const address = parseIpv4(head);
  if (address !== undefined) return { kind, administrator: Administrator.Ipv4, global: address, local };
  const global = head === "0" || head === "0.0" ? 0 : parseAsn(head);
  if (global === undefined) return undefined;
  const administrator = head.includes(".") || global > 0xffff ? Administrator.As4 : Administrator.As2;
  return { kind, administrator, global, local };
}

const RATE = /^\d+(?:\.\d+)?(?:e[+-]?\d{1,3})?$/;

function parseLinkBandwidth(text: string): ExtendedCommunity | undefined {
  const [head = "", rate = "", more] = text.split(":");
  const asn = parseAsn(head);
  if (asn === undefined || more !== undefined || !RATE.test(rate)) return undefined;
  return { kind: "link-bandwidth", transitive: true, asn, bytesPerSecond: Number(rate) };
}

function parse(text: string): ExtendedCommunity | undefined {
  if (/^0x[0-9a-f]{16}$/i.test(text)) return { kind: "unknown", value: BigInt(text) };
  const colon = text.indexOf(":");
  const rest = text.slice(colon + 1);
  switch (text.slice(0, Math.max(0, colon))) {
    case "rt":
      return parseAdministered("route-target", rest);
    case "soo":
      return parseAdministered("route-origin", rest);
    case "link-bandwidth":
      return parseLinkBandwidth(rest);
    case "color": {
      const [flags, color] = parseNumbers(rest, 2, 0xffff_ffff) ?? [];
      return flags === undefined || color === undefined ? undefined : { kind: "color", flags, color };
    }
    default:
      return undefined;
  }
}

/** The value of a text in one of the forms above; undefined for anything else, also for numbers out of range. */
export function parseExtendedCommunity(text: string): bigint | undefined {
  const community = parse(text);
  if (community === undefined) return undefined;
  try {
    return encodeExtendedCommunity(community);
  } catch {
    return undefined;
  }
}
