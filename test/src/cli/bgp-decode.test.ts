/** `herald bgp decode`: what real routers sent, and everything that can be wrong with a text or a message. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import * as fc from "fast-check";
import { runCli } from "../../../src/cli/program.ts";
import { Exit } from "../../../src/cli/system.ts";
import { matchesGolden } from "../../support/golden.ts";
import { testSystem } from "../../support/test-system.ts";
import { message, toHex, update } from "../../support/wire.ts";

const CAPTURES = join(import.meta.dirname, "../../data/bgp");
const M = "ff".repeat(16);
const KEEPALIVE = `${M}001304`;

interface Answer {
  readonly exit: Exit;
  readonly err: string;
  readonly lines: readonly Record<string, unknown>[];
}

async function decode(args: readonly string[], input = ""): Promise<Answer> {
  const system = testSystem({}, input);
  const exit = await runCli(["bgp", "decode", ...args], system);
  const lines = system.printed.out.split("\n").filter((line) => line !== "");
  return { exit, err: system.printed.err, lines: lines.map((line) => JSON.parse(line) as Record<string, unknown>) };
}

for (const file of readdirSync(CAPTURES).filter((name) => name.endsWith(".hex"))) {
  t.test(`${file} is shown as its golden file says`, async (t) => {
    const [session = "", ...messages] = readFileSync(join(CAPTURES, file), "utf8")
      .split("\n")
      .filter((line) => line !== "" && !line.startsWith("#"));
    const options = [
      session.includes("as2") ? "--no-as4" : "--as4",
      ...(session.includes("add-path") ? ["--add-path"] : []),
    ];
    const { exit, lines } = await decode(options, messages.map((line) => line.split(": ")[1]).join("\n"));
    t.equal(exit, Exit.Ok);
    t.equal(lines.length, messages.length, "a line a message");
    t.same(
      lines.map(({ type }) => type),
      messages.map((line) => line.split(": ")[0]),
    );
    const text = lines.map((line) => JSON.stringify(line, undefined, 2)).join("\n");
    matchesGolden(t, `bgp/decode/${file.replace(".hex", ".json")}`, `${text}\n`);
  });
}

const FORMS: readonly { readonly name: string; readonly args?: readonly string[]; readonly input?: string }[] = [
  { name: "one argument", args: [KEEPALIVE] },
  { name: "capitals", args: [KEEPALIVE.toUpperCase()] },
  { name: "several arguments that make one message", args: [M, "0013", "04"] },
  { name: "spaces and 0x", args: [`0x${M} 0x00 0x13 0x04`] },
  { name: "colons", args: [KEEPALIVE.replaceAll(/..(?=.)/g, "$&:")] },
  { name: "line breaks on stdin", input: `${M}\r\n00 13\n04\n` },
  {
    name: "tcpdump -x, headers and all",
    input: `09:00:01.1 IP 10.0.0.1.179 > 10.0.0.2.40000: Flags [P.]\n\t0x0000:  4500 0047 0000 4000 ${"ffff ".repeat(4)}\n\t0x0010:  ${"ffff ".repeat(4)}0013 04\n`,
  },
  {
    name: "tcpdump -X, with its column of characters",
    input: `\t0x0000:  ${"ffff ".repeat(8)} ........\n\t0x0010:  0013 04  ab.\n`,
  },
  {
    name: "tcpdump with an acknowledgement before it",
    input: `IP a\n\t0x0000:  4500 0034 abcd\nIP b\n\t0x0000:  45${M}\n\t0x0011:  0013 04\n`.replace(
      `45${M}`,
      `4500 ${"ffff ".repeat(8).trim()}`,
    ),
  },
];

for (const { name, args = [], input } of FORMS) {
  t.test(`hex is taken as ${name}`, async (t) => {
    const { exit, lines } = await decode(args, input);
    t.equal(exit, Exit.Ok);
    t.match(lines, [{ type: "KEEPALIVE", verdict: "ok", notification: null, errors: [] }]);
    t.equal(lines.length, 1);
  });
}

const USAGE: readonly {
  readonly name: string;
  readonly args?: readonly string[];
  readonly input?: string;
  readonly err: RegExp;
}[] = [
  { name: "nothing at all", err: /there is no hex to decode; give it as arguments or on stdin/ },
  { name: "an odd number of digits", args: ["fff"], err: /3 hex digits do not make whole bytes/ },
  { name: "a character that is not hex", args: ["ff", "0g"], err: /argument 2, character 2: "g" is not a hex digit/ },
  { name: "such a character on stdin", input: "ff\n ff-", err: /stdin, line 2, character 4: "-" is not a hex digit/ },
  { name: "both kinds of session", args: ["--ebgp", "--ibgp", "ff"], err: /cannot be used with option/ },
];

for (const { name, args = [], input, err } of USAGE) {
  t.test(`${name} is wrong usage`, async (t) => {
    const answer = await decode(args, input);
    t.equal(answer.exit, Exit.Usage);
    t.match(answer.err, err);
    t.same(answer.lines, []);
  });
}

const ORIGIN = ["ORIGIN", "40 01 01 00"] as const;
const AS_PATH = ["AS_PATH", "40 02 06 02 01 0000fde9"] as const;
const NEXT_HOP = ["NEXT_HOP", "40 03 04 c0000201"] as const;
const LOCAL_PREF = ["LOCAL_PREF", "40 05 04 000000c8"] as const;
const WHOLE = [ORIGIN, AS_PATH, NEXT_HOP] as const;
const ROUTE = ["192.0.2.0/24", "18 c00002"] as const;

const MESSAGES: readonly {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly options?: readonly string[];
  readonly says: object;
}[] = [
  {
    name: "a good UPDATE",
    bytes: update({ attributes: WHOLE, nlri: [ROUTE] }),
    says: {
      verdict: "ok",
      announced: ["192.0.2.0/24"],
      attributes: { origin: "IGP", asPath: "65001", nextHop: "192.0.2.1" },
    },
  },
  {
    name: "LOCAL_PREF from another AS, discarded",
    bytes: update({ attributes: [...WHOLE, LOCAL_PREF], nlri: [ROUTE] }),
    says: { verdict: "attribute-discard", announced: ["192.0.2.0/24"], attributes: { localPref: undefined } },
  },
  {
    name: "LOCAL_PREF within the AS",
    bytes: update({ attributes: [...WHOLE, LOCAL_PREF], nlri: [ROUTE] }),
    options: ["--ibgp"],
    says: { verdict: "ok", attributes: { localPref: 200 } },
  },
  {
    name: "an ORIGIN that is none: its routes are withdrawn",
    bytes: update({ attributes: [["ORIGIN 9", "40 01 01 09"], AS_PATH, NEXT_HOP], nlri: [ROUTE] }),
    says: { verdict: "treat-as-withdraw", withdrawn: ["192.0.2.0/24"], announced: [], notification: null },
  },
  {
    name: "an AS_SET in the path, withdrawn (RFC 9774)",
    bytes: update({ attributes: [ORIGIN, ["AS_SET", "40 02 06 01 01 0000fde9"], NEXT_HOP], nlri: [ROUTE] }),
    says: { verdict: "treat-as-withdraw", attributes: { asPath: "{65001}" } },
  },
  {
    name: "NLRI longer than an address: the session cannot go on",
    bytes: update({ attributes: WHOLE, nlri: [["/33", "21 c000020100"]] }),
    says: { type: "UPDATE", verdict: "session-reset", notification: { code: 3, subcode: 10, data: "" }, announced: [] },
  },
  {
    name: "routes with path identifiers",
    bytes: update({ attributes: WHOLE, nlri: [["path 7", "00000007"], ROUTE] }),
    options: ["--add-path"],
    says: { verdict: "ok", announced: ["192.0.2.0/24 path 7"] },
  },
  {
    name: "an unknown attribute, as hex",
    bytes: update({ attributes: [...WHOLE, ["99", "c0 63 02 abcd"]], nlri: [ROUTE] }),
    says: { attributes: { unknown: [{ type: 99, name: "attribute 99", flags: "c0", value: "abcd" }] } },
  },
  {
    name: "well-known communities, as numbers like the others",
    bytes: update({ attributes: [...WHOLE, ["COMMUNITIES", "c0 08 08 ffffff01 fde90064"]], nlri: [ROUTE] }),
    says: { attributes: { communities: ["65535:65281", "65001:100"] } },
  },
  { name: "an End-of-RIB", bytes: update({}), says: { verdict: "ok", endOfRib: "ipv4-unicast" } },
  {
    name: "a NOTIFICATION received, which is not answered",
    bytes: message(3, ["Cease, shutdown, text", "06 02 02 6869"]),
    says: {
      type: "NOTIFICATION",
      verdict: "ok",
      notification: null,
      code: 6,
      subcode: 2,
      text: "Cease / Administrative Shutdown",
      communication: "hi",
    },
  },
  {
    name: "a hard reset with what is inside",
    bytes: message(3, ["Cease, hard reset", "06 09 04 00"]),
    says: { hardReset: { code: 4, subcode: 0, text: "Hold Timer Expired" } },
  },
  {
    name: "a ROUTE-REFRESH",
    bytes: message(5, ["IPv6, EoRR", "0002 02 01"]),
    says: { type: "ROUTE-REFRESH", verdict: "ok", afi: 2, safi: 1, subtype: 2, request: "end" },
  },
  {
    name: "an OPEN of another version",
    bytes: message(1, ["version 3", "03 fde9 005a c0000201 00"]),
    says: { type: "OPEN", verdict: "session-reset", notification: { code: 2, subcode: 1, data: "0004" } },
  },
  {
    name: "a type that is unknown",
    bytes: message(9),
    says: { type: null, verdict: "session-reset", notification: { code: 1, subcode: 3, data: "09" } },
  },
];

for (const { name, bytes, options = [], says } of MESSAGES) {
  t.test(`it shows ${name}`, async (t) => {
    const { exit, lines } = await decode([...options, toHex(bytes)]);
    t.match(lines[0], says);
    t.equal(lines.length, 1);
    t.equal(exit, lines[0]?.["verdict"] === "ok" ? Exit.Ok : Exit.Problems);
  });
}

t.test("a long message needs --extended", async (t) => {
  const nlri = Array.from({ length: 1200 }, (_, i) => [`${i}`, `18 0a${(i + 4096).toString(16)}`] as const);
  const long = toHex(update({ attributes: WHOLE, nlri }));
  t.match((await decode([long])).lines[0], { verdict: "session-reset", notification: { code: 1, subcode: 2 } });
  t.match((await decode(["--extended", long])).lines[0], { verdict: "ok" });
});

const STREAMS: readonly { readonly name: string; readonly hex: string; readonly says: readonly object[] }[] = [
  {
    name: "a wrong length that is short: the next marker is found",
    hex: `${M}001204${KEEPALIVE}`,
    says: [{ verdict: "session-reset", notification: { code: 1, subcode: 2, data: "0012" } }, { verdict: "ok" }],
  },
  {
    name: "a wrong length that swallows the next message",
    hex: `${M}001b02aabb${KEEPALIVE}${KEEPALIVE}`,
    says: [{ type: "UPDATE", verdict: "session-reset" }, { type: "KEEPALIVE", verdict: "ok" }, { verdict: "ok" }],
  },
  {
    name: "a length beyond the input: a message cut short",
    hex: `${KEEPALIVE}${M}00ff020000`,
    says: [{ verdict: "ok" }, { type: "UPDATE", verdict: "session-reset" }],
  },
  {
    name: "bytes between two messages, reported by themselves",
    hex: `${KEEPALIVE}abcdef${KEEPALIVE}`,
    says: [{ verdict: "ok" }, { type: null, notification: { code: 1, subcode: 1 } }, { verdict: "ok" }],
  },
  {
    name: "a broken body: the length still leads on",
    hex: `${M}00170200ff0000${KEEPALIVE}`,
    says: [{ type: "UPDATE", verdict: "session-reset", notification: { code: 3, subcode: 1 } }, { verdict: "ok" }],
  },
];

for (const { name, hex, says } of STREAMS) {
  t.test(`it goes on after ${name}`, async (t) => {
    const { exit, lines } = await decode([hex]);
    t.match(lines, says);
    t.equal(lines.length, says.length);
    t.equal(exit, Exit.Problems);
  });
}

t.test("no bytes make it fail, and none are lost", async (t) => {
  const piece = fc.oneof(
    fc.constant(Uint8Array.from(Buffer.from(KEEPALIVE, "hex"))),
    fc.constant(update({ attributes: WHOLE, nlri: [ROUTE] })),
    fc.uint8Array({ minLength: 1, maxLength: 30 }),
    fc.constant(new Uint8Array(16).fill(0xff)),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { minLength: 1, maxLength: 6 }), async (pieces) => {
      const { exit, lines } = await decode([pieces.map(toHex).join("")]);
      t.ok(lines.length > 0 && exit !== Exit.Failure && exit !== Exit.Usage);
      t.equal(
        exit === Exit.Ok,
        lines.every(({ verdict }) => verdict === "ok"),
      );
    }),
    { numRuns: 200 },
  );
});
