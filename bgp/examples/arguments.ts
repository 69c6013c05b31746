/** Command line of the example. */
import { parseArgs } from "node:util";
import { formatIpv4, parseAsn, parseIpv4, parseIpv6 } from "bgp-ts-codec";

export interface Arguments {
  readonly local: string;
  readonly peer: string;
  readonly peerPort: number;
  readonly localAs: number;
  readonly remoteAs: number;
  readonly count: number;
  readonly hold: number;
  readonly routerId: number;
  readonly record: string | undefined;
  readonly json: boolean;
}

export const USAGE = `Usage: node bgp/examples/announce.ts --local ADDRESS --peer ADDRESS --local-as ASN --remote-as ASN --count N
  --local ADDRESS      our address: the session's source and the routes' next hop
  --peer ADDRESS       the router's address
  --local-as ASN       our AS number, 1-4294967295 or in dots (64512, 1.10)
  --remote-as ASN      the router's AS number
  --count N            how many /32 to announce, counted from 172.16.0.0 upward; at most 1048576, all of 172.16.0.0/12
  --peer-port PORT     179 by default
  --hold SECONDS       hold time to offer, 0 or 3-65535; 90 by default
  --router-id ADDRESS  BGP identifier; --local by default, where that is IPv4
  --record FILE        write the session to FILE, one JSON event a line
  --json               one JSON object a line instead of text`;

/** A mistake in the command line. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

const OPTIONS = {
  local: { type: "string" },
  peer: { type: "string" },
  "local-as": { type: "string" },
  "remote-as": { type: "string" },
  count: { type: "string" },
  "peer-port": { type: "string", default: "179" },
  hold: { type: "string", default: "90" },
  "router-id": { type: "string" },
  record: { type: "string" },
  json: { type: "boolean", default: false },
  help: { type: "boolean", default: false },
} as const;

/** The size of 172.16.0.0/12. */
const MOST_ROUTES = 2 ** 20;

function bad(option: string, value: string | undefined, right: string): never {
  throw new UsageError(value === undefined ? `--${option} is missing` : `--${option} ${value}: must be ${right}`);
}

function whole(option: string, value: string, min: number, max: number): number {
  const number = Number(value);
  if (!/^\d+$/.test(value) || number < min || number > max) {
    return bad(option, value, `a whole number from ${min} to ${max}`);
  }
  return number;
}

function asn(option: string, value: string | undefined): number {
  const number = value === undefined ? undefined : parseAsn(value);
  return number === undefined || number === 0 ? bad(option, value, "an AS number, 1 to 4294967295") : number;
}

function address(option: string, value: string | undefined): string {
  const [text = ""] = value?.split("%") ?? [];
  if (value === undefined || (parseIpv4(text) ?? parseIpv6(text)) === undefined) {
    return bad(option, value, "an IPv4 or IPv6 address");
  }
  return value;
}

function routerId(local: string, value: string | undefined): number {
  const id = parseIpv4(value ?? local);
  if (id === undefined && value === undefined) return bad("router-id", undefined, "");
  return id === undefined || id === 0 ? bad("router-id", value ?? formatIpv4(0), "an IPv4 address, not 0.0.0.0") : id;
}

/** "help", or the values. Throws `UsageError`. */
export function parseArguments(args: readonly string[]): Arguments | "help" {
  let values: ReturnType<typeof parse>;
  try {
    values = parse(args);
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error });
  }
  if (values.help) return "help";
  const local = address("local", values.local);
  const holdTime = whole("hold", values.hold, 0, 65535);
  if (holdTime === 1 || holdTime === 2) bad("hold", values.hold, "0 or from 3 to 65535 seconds");
  return {
    local,
    peer: address("peer", values.peer),
    localAs: asn("local-as", values["local-as"]),
    remoteAs: asn("remote-as", values["remote-as"]),
    count: values.count === undefined ? bad("count", undefined, "") : whole("count", values.count, 0, MOST_ROUTES),
    peerPort: whole("peer-port", values["peer-port"], 1, 65535),
    hold: holdTime,
    routerId: routerId(local, values["router-id"]),
    record: values.record,
    json: values.json,
  };
}

function parse(args: readonly string[]) {
  return parseArgs({ args: [...args], options: OPTIONS, strict: true, allowPositionals: false }).values;
}
