/** (a) How many host routes a second the codec writes and reads: the first time, and when the program is warm. */
import { spawnSync } from "node:child_process";
import { Afi, decodeMessage, encodeReach } from "bgp-ts-codec";
import type { NextHop, Prefix } from "bgp-ts-codec";
import { samples, timed } from "../measure.ts";
import type { Bench } from "../report.ts";
import { CONTEXT, ipv4Hosts, ipv6Hosts } from "../sink/routes.ts";

const ATTRIBUTES = { origin: 0, asPath: [{ type: 2, asns: [64500] }], communities: [0xfbf4_0064] } as const;

interface Family {
  readonly name: string;
  readonly nextHop: NextHop;
  readonly prefixes: (count: number) => readonly Prefix[];
}

const FAMILIES: Readonly<Record<"ipv4" | "ipv6", Family>> = {
  ipv4: { name: "/32", nextHop: { afi: Afi.Ipv4, address: 0x0a00_000b }, prefixes: ipv4Hosts },
  ipv6: { name: "/128", nextHop: { afi: Afi.Ipv6, address: 0xfd00_0000n << 96n }, prefixes: ipv6Hosts },
};

interface Cold {
  readonly encode: number;
  readonly decode: number;
}

function encode(family: Family, prefixes: readonly Prefix[]): Uint8Array[] {
  return [...encodeReach(ATTRIBUTES, family.nextHop, prefixes, CONTEXT)];
}

function decode(messages: readonly Uint8Array[]): void {
  for (const message of messages) {
    if (decodeMessage(message, CONTEXT).errors.length > 0) throw new Error("BUG: it does not read what it wrote");
  }
}

/** The first encoding and decoding of a process, in milliseconds. */
function cold(family: Family, count: number): Cold {
  const prefixes = family.prefixes(count);
  let messages: Uint8Array[] = [];
  const encoding = timed(() => (messages = encode(family, prefixes)));
  return { encode: encoding, decode: timed(() => decode(messages)) };
}

function coldInProcess(name: string, count: number): Cold {
  const { stdout } = spawnSync(process.execPath, [import.meta.filename, name, String(count)], { encoding: "utf8" });
  return JSON.parse(stdout) as Cold;
}

export function run(bench: Bench): void {
  const count = bench.quick ? 1_000 : 100_000;
  const rate = (milliseconds: number): number => count / milliseconds / 1000;
  for (const [key, family] of Object.entries(FAMILIES)) {
    const first = Array.from({ length: bench.runs }, () => coldInProcess(key, count));
    const prefixes = family.prefixes(count);
    const messages = encode(family, prefixes);
    const warm = {
      encode: samples(
        bench.runs * 4,
        10,
        () => undefined,
        () => encode(family, prefixes),
      ),
      decode: samples(
        bench.runs * 4,
        10,
        () => undefined,
        () => decode(messages),
      ),
    };
    for (const what of ["encode", "decode"] as const) {
      const values = { cold: first.map((one) => one[what]), warm: warm[what] };
      for (const [state, milliseconds] of Object.entries(values)) {
        const name = `${what} ${count.toLocaleString("en")} ${family.name}, ${state}`;
        bench.record({ name, unit: "million routes/s", values: milliseconds.map(rate) });
      }
    }
  }
}

/** As a program of its own: `codec.ts ipv4|ipv6 COUNT`. */
if (process.argv[1] === import.meta.filename) {
  const [, , name, count] = process.argv;
  process.stdout.write(JSON.stringify(cold(FAMILIES[name === "ipv6" ? "ipv6" : "ipv4"], Number(count))));
}
