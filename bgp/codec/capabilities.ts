/**
 * Capabilities of an OPEN (RFC 5492 §4): code (1), length (1), value. One row of the table a kind.
 * A known capability whose value does not have its format is kept as "unknown": it counts as not announced.
 */
import { asMalformed, CodecError } from "./error.ts";
import { Reader } from "./reader.ts";
import { type Capability, CapabilityCode } from "./types.ts";
import type { Writer } from "./writer.ts";

type Kind = Exclude<Capability["kind"], "unknown">;
type Known<K extends Kind> = Extract<Capability, { readonly kind: K }>;

interface Row<K extends Kind> {
  readonly code: CapabilityCode;
  /** Reads the whole value; what is left unread makes it malformed. */
  readonly decode: (reader: Reader) => Known<K>;
  readonly encode: (writer: Writer, capability: Known<K>) => void;
}

const FORWARDING = 0x80;
const MAX_RESTART_TIME = 0x0fff;
const MAX_STALE_TIME = 0xff_ffff;

function empty<K extends "route-refresh" | "extended-message" | "enhanced-route-refresh" | "bfd-strict-mode">(
  code: CapabilityCode,
  capability: Known<K>,
): Row<K> {
  return { code, decode: () => capability, encode: () => undefined };
}

function readTuples<T>(reader: Reader, read: (reader: Reader) => T): T[] {
  const tuples: T[] = [];
  while (reader.left > 0) tuples.push(read(reader));
  return tuples;
}

function writeText(writer: Writer, text: string, field: string): void {
  writer.prefixed8(field, () => {
    writer.bytes(new TextEncoder().encode(text));
  });
}

function readText(reader: Reader, field: string): string {
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(reader.bytes(reader.u8(field), field));
}

const ROWS: { readonly [K in Kind]: Row<K> } = {
  /** AFI (2), reserved (1), SAFI (1): RFC 4760 §8. */
  multiprotocol: {
    code: CapabilityCode.Multiprotocol,
    decode(reader) {
      const afi = reader.u16("AFI");
      reader.u8("reserved");
      return { kind: "multiprotocol", afi, safi: reader.u8("SAFI") };
    },
    encode(writer, { afi, safi }) {
      writer.u16(afi, "multiprotocol AFI");
      writer.u8(0, "reserved");
      writer.u8(safi, "multiprotocol SAFI");
    },
  },
  "route-refresh": empty(CapabilityCode.RouteRefresh, { kind: "route-refresh" }),
  /** AFI (2), SAFI (2), next hop AFI (2), repeated: RFC 8950 §4. */
  "extended-next-hop": {
    code: CapabilityCode.ExtendedNextHop,
    decode: (reader) => ({
      kind: "extended-next-hop",
      tuples: readTuples(reader, (r) => ({
        afi: r.u16("AFI"),
        safi: r.u16("SAFI"),
        nextHopAfi: r.u16("next hop AFI"),
      })),
    }),
    encode(writer, { tuples }) {
      for (const { afi, safi, nextHopAfi } of tuples) {
        writer.u16(afi, "extended-next-hop AFI");
        writer.u16(safi, "extended-next-hop SAFI");
        writer.u16(nextHopAfi, "extended-next-hop next hop AFI");
      }
    },
  },
  "extended-message": empty(CapabilityCode.ExtendedMessage, { kind: "extended-message" }),
  /** Role (1): RFC 9234 §4.1. */
  role: {
    code: CapabilityCode.Role,
    decode: (reader) => ({ kind: "role", role: reader.u8("role") }),
    encode(writer, { role }) {
      writer.u8(role, "role");
    },
  },
  /** R (1 bit), N (1 bit), 0 (2 bits), restart time (12 bits); AFI (2), SAFI (1), F (1 bit) and 0, repeated: RFC 4724 §3, RFC 8538 §2. */
  "graceful-restart": {
    code: CapabilityCode.GracefulRestart,
    decode(reader) {
      const word = reader.u16("restart flags and time");
      return {
        kind: "graceful-restart",
        restarted: (word & 0x8000) !== 0,
        notification: (word & 0x4000) !== 0,
        restartTime: word & MAX_RESTART_TIME,
        families: readTuples(reader, (r) => ({
          afi: r.u16("AFI"),
          safi: r.u8("SAFI"),
          forwarding: (r.u8("flags") & FORWARDING) !== 0,
        })),
      };
    },
    encode(writer, { restarted, notification, restartTime, families }) {
      if (restartTime > MAX_RESTART_TIME) {
        throw new CodecError("graceful-restart restartTime", `${restartTime} s is above ${MAX_RESTART_TIME} s`);
      }
      writer.u16(restartTime, "graceful-restart restartTime");
      writer.patch16(writer.length - 2, (restarted ? 0x8000 : 0) | (notification ? 0x4000 : 0) | restartTime);
      for (const { afi, safi, forwarding } of families) {
        writer.u16(afi, "graceful-restart AFI");
        writer.u8(safi, "graceful-restart SAFI");
        writer.u8(forwarding ? FORWARDING : 0, "flags");
      }
    },
  },
  /** AS number (4): RFC 6793 §3. */
  "four-octet-as": {
    code: CapabilityCode.FourOctetAs,
    decode: (reader) => ({ kind: "four-octet-as", asn: reader.u32("AS number") }),
    encode(writer, { asn }) {
      writer.u32(asn, "four-octet-as asn");
    },
  },
  /** AFI (2), SAFI (1), send/receive (1), repeated: RFC 7911 §4. */
  "add-path": {
    code: CapabilityCode.AddPath,
    decode: (reader) => ({
      kind: "add-path",
      families: readTuples(reader, (r) => ({ afi: r.u16("AFI"), safi: r.u8("SAFI"), mode: r.u8("mode") })),
    }),
    encode(writer, { families }) {
      for (const { afi, safi, mode } of families) {
        writer.u16(afi, "add-path AFI");
        writer.u8(safi, "add-path SAFI");
        writer.u8(mode, "add-path mode");
      }
    },
  },
  "enhanced-route-refresh": empty(CapabilityCode.EnhancedRouteRefresh, { kind: "enhanced-route-refresh" }),
  /** AFI (2), SAFI (1), F (1 bit) and 0, stale time (3), repeated: RFC 9494 §3. */
  "long-lived-graceful-restart": {
    code: CapabilityCode.LongLivedGracefulRestart,
    decode: (reader) => ({
      kind: "long-lived-graceful-restart",
      families: readTuples(reader, (r) => ({
        afi: r.u16("AFI"),
        safi: r.u8("SAFI"),
        forwarding: (r.u8("flags") & FORWARDING) !== 0,
        staleTime: (r.u8("stale time") << 16) | r.u16("stale time"),
      })),
    }),
    encode(writer, { families }) {
      for (const { afi, safi, forwarding, staleTime } of families) {
        if (staleTime > MAX_STALE_TIME) {
          throw new CodecError("long-lived-graceful-restart staleTime", `${staleTime} s is above ${MAX_STALE_TIME} s`);
        }
        writer.u16(afi, "long-lived-graceful-restart AFI");
        writer.u8(safi, "long-lived-graceful-restart SAFI");
        writer.u8(forwarding ? FORWARDING : 0, "flags");
        writer.u8(staleTime >>> 16, "long-lived-graceful-restart staleTime");
        writer.u16(staleTime & 0xffff, "long-lived-graceful-restart staleTime");
      }
    },
  },
  /** Length (1) and host name, length (1) and domain name, UTF-8 (draft-walton-bgp-hostname-capability-02 §2). */
  fqdn: {
    code: CapabilityCode.Fqdn,
    decode: (reader) => ({
      kind: "fqdn",
      host: readText(reader, "host name"),
      domain: readText(reader, "domain name"),
    }),
    encode(writer, { host, domain }) {
      writeText(writer, host, "fqdn host");
      writeText(writer, domain, "fqdn domain");
    },
  },
  /** Nothing (draft-ietf-idr-bgp-bfd-strict-mode). */
  "bfd-strict-mode": empty(CapabilityCode.BfdStrictMode, { kind: "bfd-strict-mode" }),
  /** Length (1) and text, UTF-8 (draft-ietf-idr-bgp-software-version). */
  "software-version": {
    code: CapabilityCode.SoftwareVersion,
    decode: (reader) => ({ kind: "software-version", version: readText(reader, "software version") }),
    encode(writer, { version }) {
      writeText(writer, version, "software-version version");
    },
  },
};

const BY_CODE: ReadonlyMap<number, (typeof ROWS)[Kind]> = new Map(Object.values(ROWS).map((row) => [row.code, row]));

/** IANA names, shortened, of codes that are not decoded. */
const OTHER_NAMES: Readonly<Record<number, string>> = {
  3: "outbound-route-filtering",
  4: "multiple-routes",
  7: "bgpsec",
  8: "multiple-labels",
  67: "dynamic-capability",
  68: "multisession",
  76: "paths-limit",
  77: "link-local-next-hop",
  128: "route-refresh-old",
  131: "multisession-old",
};

const NAMES: ReadonlyMap<number, string> = new Map(Object.entries(ROWS).map(([kind, { code }]) => [code, kind]));

/** The `kind` of a capability code that is decoded, the name of another, or "capability 200". */
export function capabilityName(code: number): string {
  return NAMES.get(code) ?? OTHER_NAMES[code] ?? `capability ${code}`;
}

function decodeCapability(code: number, value: Uint8Array): Capability {
  const row = BY_CODE.get(code);
  if (row === undefined) return { kind: "unknown", code, value };
  try {
    const reader = new Reader(value);
    const capability = row.decode(reader);
    return reader.left === 0 ? capability : { kind: "unknown", code, value };
  } catch (error) {
    asMalformed(error);
    return { kind: "unknown", code, value };
  }
}

/** Reads all that is left of one capabilities parameter. Raises `Malformed` where a length overruns it. */
export function readCapabilities(reader: Reader): Capability[] {
  return readTuples(reader, (r) => {
    const code = r.u8("capability code");
    return decodeCapability(code, r.bytes(r.u8("capability length"), `capability ${code}`));
  });
}

function encodeKnown<K extends Kind>(writer: Writer, kind: K, capability: Known<K>): void {
  const row: Row<K> = ROWS[kind];
  writer.u8(row.code, kind);
  writer.prefixed8(kind, () => {
    row.encode(writer, capability);
  });
}

export function writeCapability(writer: Writer, capability: Capability): void {
  if (capability.kind !== "unknown") {
    encodeKnown(writer, capability.kind, capability);
    return;
  }
  writer.u8(capability.code, "capability code");
  writer.prefixed8(`capability ${capability.code}`, () => {
    writer.bytes(capability.value);
  });
}
