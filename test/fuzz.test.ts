/** Messages made wrong by the million, those that once were answered wrongly, and what reading one may cost. */
import { execFile } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import t from "tap";
import { decodeMessage } from "bgp-ts-codec";
import { Reader } from "../bgp/codec/reader.ts";
import { readFinding } from "./fuzz/finding.ts";
import { judge } from "./fuzz/oracle.ts";
import { attribute, concat, joinOpen, joinUpdate } from "./fuzz/parts.ts";
import { Random } from "./fuzz/random.ts";
import { judgeStream } from "./fuzz/stream.ts";
import { EXTERNAL, MANDATORY, fromHex, message } from "./support/wire.ts";

const CRASHERS = join(import.meta.dirname, "data/bgp/crashers");
const PROGRAM = join(import.meta.dirname, "fuzz/fuzz.ts");
const run = promisify(execFile);

for (const name of readdirSync(CRASHERS)) {
  t.test(`${name} is answered soundly`, (t) => {
    const { context, messages } = readFinding(join(CRASHERS, name));
    t.not(messages.length, 0);
    for (const bytes of messages) {
      t.equal(judge(bytes, context), undefined);
      t.equal(judgeStream(bytes, context.extendedMessages, new Random(1)), undefined);
    }
    t.end();
  });
}

// Two processes, so that two cores share it.
t.setTimeout(300_000);
const SEEDS = [1, 2];
const fuzzed = SEEDS.map((seed) => {
  const args = ["--max-old-space-size=64", PROGRAM, "--seed", String(seed), "--count", "500000"];
  return run(process.execPath, args).catch((error: unknown) => {
    throw error instanceof Error && "stdout" in error ? new Error(`${String(error.stdout)}${error.message}`) : error;
  });
});
// Whichever fails first, its own test says so.
for (const one of fuzzed) one.catch(() => undefined);
for (const [i, seed] of SEEDS.entries()) {
  t.test(`half a million wrong messages of seed ${seed} are answered soundly in a heap of 64 MB`, async (t) => {
    t.match((await fuzzed[i])?.stdout, /500000 messages: all answers sound/);
  });
}

/** Fields read, regions made and bytes copied while `bytes` is decoded: what the time of a decoder is made of. */
function steps(bytes: Uint8Array): number {
  let count = 0;
  const methods = ["u8", "u16", "u32", "u64", "u128", "bytes", "sub", "fork"] as const;
  const originals = methods.map((name) => [name, Object.getOwnPropertyDescriptor(Reader.prototype, name)] as const);
  for (const [name, descriptor] of originals) {
    const original: unknown = descriptor?.value;
    if (typeof original !== "function") throw new Error(name);
    Object.defineProperty(Reader.prototype, name, {
      configurable: true,
      value(this: Reader, ...args: unknown[]): unknown {
        count += name === "bytes" && typeof args[0] === "number" ? 1 + args[0] : 1;
        return Reflect.apply(original, this, args);
      },
    });
  }
  try {
    decodeMessage(bytes, { ...EXTERNAL, extendedMessages: true });
  } finally {
    for (const [name, descriptor] of originals) {
      if (descriptor !== undefined) Object.defineProperty(Reader.prototype, name, descriptor);
    }
  }
  return count;
}

const HEAD = message(2);
const EMPTY = new Uint8Array(0);
const RIGHT = MANDATORY.map(([, hex]) => fromHex(hex));

function repeated(hex: string, room: number): Uint8Array {
  const piece = fromHex(hex);
  return concat(Array.from({ length: Math.floor(room / piece.length) }, () => piece));
}

/** Messages with as much of one thing as `room` bytes hold. */
const SHAPES: Readonly<Record<string, (room: number) => Uint8Array>> = {
  "prefixes of no bits": (room) =>
    joinUpdate(HEAD, { withdrawn: EMPTY, attributes: RIGHT, nlri: repeated("00", room) }),
  "withdrawn prefixes": (room) =>
    joinUpdate(HEAD, { withdrawn: repeated("18c00002", room), attributes: [], nlri: EMPTY }),
  "attributes without a value": (room) =>
    joinUpdate(HEAD, { withdrawn: EMPTY, attributes: [...RIGHT, repeated("c06300", room)], nlri: EMPTY }),
  "attributes with wrong flags": (room) =>
    joinUpdate(HEAD, { withdrawn: EMPTY, attributes: [...RIGHT, repeated("000100", room)], nlri: fromHex("080a") }),
  "path segments": (room) =>
    joinUpdate(HEAD, {
      withdrawn: EMPTY,
      attributes: [attribute(0x40, 2, repeated("02010000fde9", room), true), ...RIGHT],
      nlri: fromHex("080a"),
    }),
  communities: (room) =>
    joinUpdate(HEAD, {
      withdrawn: EMPTY,
      attributes: [attribute(0xc0, 8, repeated("00000001", room), true)],
      nlri: EMPTY,
    }),
  "IPv6 prefixes": (room) =>
    joinUpdate(HEAD, {
      withdrawn: EMPTY,
      attributes: [
        attribute(
          0x80,
          14,
          concat([fromHex(`00020110${"00".repeat(16)}00`), repeated("4020010db800000000", room)]),
          true,
        ),
        ...RIGHT,
      ],
      nlri: EMPTY,
    }),
};

for (const [name, make] of Object.entries(SHAPES)) {
  t.test(`reading ${name} costs no more than six steps a byte, however many they are`, (t) => {
    for (const room of [100, 1000, 8000, 64_000]) {
      const bytes = make(room);
      t.ok(steps(bytes) < 6 * bytes.length + 100, `${steps(bytes)} steps for ${bytes.length} bytes`);
    }
    t.end();
  });
}

t.test("reading capabilities costs no more than six steps a byte", (t) => {
  const head = message(1, ["to the identifier", "04fde9005ac0000201"]);
  for (const room of [100, 1000, 4000]) {
    const bytes = joinOpen(head, [repeated("0200", room)], true, true);
    t.ok(steps(bytes) < 6 * bytes.length + 100, `${steps(bytes)} steps for ${bytes.length} bytes`);
  }
  t.end();
});
