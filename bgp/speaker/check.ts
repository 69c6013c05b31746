/** Configurations and routes that could not be put on the wire are refused where they are given, by name and field. */
import { Afi, CodecError, encodeMessage, encodeReach, formatPrefix, parseIpv4, parseIpv6 } from "bgp-ts-codec";
import type { CodecContext, NextHop, PathAttributes, Prefix } from "bgp-ts-codec";
import { buildOpen } from "../session/open.ts";
import { memberConfig } from "./ranges.ts";
import type { PeerConfig, RangeConfig, Route } from "./types.ts";

const CONTEXT: CodecContext = {
  as4: true,
  ebgp: false,
  addPath: { ipv4: false, ipv6: false },
  extendedMessages: true,
};

function isWhole(value: number, min: number, max: number): boolean {
  return Number.isInteger(value) && value >= min && value <= max;
}

function isAddress(text: string): boolean {
  const [address = "", zone] = text.split("%");
  // A zone alone: whoever is at the other end of that interface.
  if (address === "" && zone !== undefined) return zone !== "";
  return zone === undefined
    ? (parseIpv4(address) ?? parseIpv6(address)) !== undefined
    : parseIpv6(address) !== undefined;
}

const MAX_U32 = 0xffff_ffff;

/** Throws a RangeError that names peer and field. */
export function checkPeer(config: PeerConfig): void {
  const { name, families, remoteAs, holdTime, localAddress, gracefulRestart: restart } = config;
  const fail = (field: string, value: unknown, right: string): never => {
    throw new RangeError(`peer ${name}: ${field} ${String(value)} must be ${right}`);
  };
  const whole = (field: string, value: number, min: number, max: number): void => {
    if (!isWhole(value, min, max)) fail(field, value, `a whole number from ${min} to ${max}`);
  };
  if (!isAddress(config.remoteAddress))
    fail("remoteAddress", config.remoteAddress, "an IPv4 or IPv6 address, or %interface");
  if (localAddress !== undefined && !isAddress(localAddress)) fail("localAddress", localAddress, "an address");
  whole("remotePort", config.remotePort, 1, 65535);
  whole("localAs", config.localAs, 1, MAX_U32);
  if (typeof remoteAs === "number") whole("remoteAs", remoteAs, 1, MAX_U32);
  whole("bgpId", config.bgpId, 1, MAX_U32);
  if (holdTime !== 0 && !isWhole(holdTime, 3, 65535)) fail("holdTime", holdTime, "0 or from 3 to 65535 seconds");
  if (!(config.connectRetryTime > 0)) fail("connectRetryTime", config.connectRetryTime, "more than 0 seconds");
  if (!families.ipv4 && !families.ipv6) fail("families", "none", "at least one of ipv4 and ipv6");
  if (restart !== undefined) whole("gracefulRestart.restartTime", restart.restartTime, 1, 4095);
  try {
    encodeMessage(buildOpen(config, false), CONTEXT);
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    throw new RangeError(`peer ${name}: ${text}`, { cause: error });
  }
}

/** Throws a RangeError that names range and field. */
export function checkRange(config: RangeConfig): void {
  checkPrefix(config.prefix);
  if (!isWhole(config.limit, 1, 65535)) {
    throw new RangeError(`peer ${config.name}: limit ${config.limit} must be a whole number from 1 to 65535`);
  }
  checkPeer(memberConfig(config, config.prefix.afi === Afi.Ipv4 ? "0.0.0.0" : "::"));
}

function isPrefix({ afi, address, length }: Prefix): boolean {
  if (afi === Afi.Ipv4) return address >>> 0 === address && isWhole(length, 0, 32);
  return address >= 0n && address >> 128n === 0n && isWhole(length, 0, 128);
}

/** A host bit that is set would make two keys of one prefix. */
function hasHostBits({ afi, address, length }: Prefix): boolean {
  if (afi === Afi.Ipv4) return length < 32 && (length === 0 ? address !== 0 : (address << length) >>> 0 !== 0);
  return length < 128 && (address & ((1n << BigInt(128 - length)) - 1n)) !== 0n;
}

export function checkPrefix(prefix: Prefix): void {
  if (!isPrefix(prefix)) throw new RangeError(`${String(prefix.address)}/${prefix.length} is not a prefix`);
  if (hasHostBits(prefix)) throw new RangeError(`prefix ${formatPrefix(prefix)} has host bits set`);
}

const CHECKED = new WeakSet<PathAttributes | NextHop>();
const DEFAULTS: Readonly<Record<Afi, Prefix>> = {
  [Afi.Ipv4]: { afi: Afi.Ipv4, address: 0, length: 0 },
  [Afi.Ipv6]: { afi: Afi.Ipv6, address: 0n, length: 0 },
};
const SELF: NextHop = { afi: Afi.Ipv6, address: 1n };

function checkValues({ prefix, attributes, nextHop = SELF }: Route): void {
  if (CHECKED.has(attributes) && CHECKED.has(nextHop)) return;
  try {
    encodeReach({ origin: 0, asPath: [], ...attributes }, nextHop, [DEFAULTS[nextHop.afi]], CONTEXT).next();
  } catch (error) {
    if (!(error instanceof CodecError)) throw error;
    if (error.field !== "attributes") {
      throw new RangeError(`route ${formatPrefix(prefix)}: ${error.message}`, { cause: error });
    }
  }
  CHECKED.add(attributes);
  CHECKED.add(nextHop);
}

/** Throws an error that names prefix and field; attributes that are only too long pass. */
export function checkRoutes(routes: readonly Route[]): void {
  let last: Route | undefined;
  for (const route of routes) {
    checkPrefix(route.prefix);
    if (route.attributes !== last?.attributes || route.nextHop !== last.nextHop) checkValues(route);
    last = route;
  }
}
