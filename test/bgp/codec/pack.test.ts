import t from "tap";
import * as fc from "fast-check";
import {
  Afi,
  type CodecContext,
  decodeMessage,
  encodeReach,
  encodeUnreach,
  type Ipv4Prefix,
  type Ipv6Prefix,
  type NextHop,
  type PathAttributes,
  type Prefix,
  type UpdateMessage,
} from "bgp-ts-codec";
import { attributes, context, ipv4Prefix, ipv6Prefix } from "../../support/bgp-arbitraries.ts";
import { ADD_PATH, asUpdate, EXTERNAL, toHex, TWO_BYTE, update } from "../../support/wire.ts";

const EXTENDED: CodecContext = { ...EXTERNAL, extendedMessages: true };
/** ORIGIN and an AS_PATH of one AS number: 13 bytes; NEXT_HOP is 7 more. */
const PATH: PathAttributes = { origin: 0, asPath: [{ type: 2, asns: [65001] }] };
const HOP4: NextHop = { afi: 1, address: 0xc0000201 };
const HOP6: NextHop = { afi: 2, address: 0x20010db8n << 96n };
const HOP6_LOCAL: NextHop = { ...HOP6, linkLocal: 0xfe80n << 112n };

function ipv4(count: number, length = 32): Ipv4Prefix[] {
  return Array.from({ length: count }, (_, i) => ({ afi: 1, address: 0x0a000000 + i * 2 ** (32 - length), length }));
}

function ipv6(count: number, length = 128): Ipv6Prefix[] {
  const step = 1n << BigInt(128 - length);
  return Array.from({ length: count }, (_, i) => ({
    afi: 2,
    address: (0x20010db8n << 96n) + BigInt(i) * step,
    length,
  }));
}

function decode(messages: Iterable<Uint8Array>, session: CodecContext): UpdateMessage[] {
  return Array.from(messages, (bytes) => {
    const decoded = decodeMessage(bytes, session);
    if (decoded.verdict !== "ok") throw new Error(decoded.errors.map(({ text }) => text).join("; "));
    return asUpdate(decoded);
  });
}

function prefixes(messages: readonly UpdateMessage[]): Prefix[] {
  return messages.flatMap(({ withdrawn, nlri, mpReach, mpUnreach }) =>
    [...withdrawn, ...nlri, ...(mpReach?.nlri ?? []), ...(mpUnreach?.nlri ?? [])].map(({ prefix }) => prefix),
  );
}

/** How many prefixes the first, full message holds. */
const capacity: readonly [name: string, count: number, messages: () => Iterable<Uint8Array>, session: CodecContext][] =
  [
    ["IPv4 /32", 810, () => encodeReach(PATH, HOP4, ipv4(2000), EXTERNAL), EXTERNAL],
    ["IPv4 /24", 1013, () => encodeReach(PATH, HOP4, ipv4(2000, 24), EXTERNAL), EXTERNAL],
    [
      "IPv4 /32 with one community",
      809,
      () => encodeReach({ ...PATH, communities: [1] }, HOP4, ipv4(2000), EXTERNAL),
      EXTERNAL,
    ],
    ["IPv4 /32 with path identifiers", 450, () => encodeReach(PATH, HOP4, ipv4(2000), ADD_PATH), ADD_PATH],
    ["IPv4 /32 in an extended message", 13098, () => encodeReach(PATH, HOP4, ipv4(14000), EXTENDED), EXTENDED],
    ["withdrawn IPv4 /32", 814, () => encodeUnreach(Afi.Ipv4, ipv4(2000), EXTERNAL), EXTERNAL],
    ["IPv6 /128", 237, () => encodeReach(PATH, HOP6, ipv6(2000), EXTERNAL), EXTERNAL],
    ["IPv6 /128 with a link-local next hop", 236, () => encodeReach(PATH, HOP6_LOCAL, ipv6(2000), EXTERNAL), EXTERNAL],
    ["IPv6 /128 with path identifiers", 192, () => encodeReach(PATH, HOP6, ipv6(2000), ADD_PATH), ADD_PATH],
    ["IPv6 /64", 448, () => encodeReach(PATH, HOP6, ipv6(2000, 64), EXTERNAL), EXTERNAL],
    ["withdrawn IPv6 /128", 239, () => encodeUnreach(Afi.Ipv6, ipv6(2000), EXTERNAL), EXTERNAL],
  ];

for (const [name, count, messages, session] of capacity) {
  t.test(`a message holds ${count} ${name}`, (t) => {
    const [first] = decode(messages(), session);
    t.equal(first && prefixes([first]).length, count);
    t.end();
  });
}

t.test("10,000 /32 of one attribute set leave in 13 messages, in order", (t) => {
  const list = ipv4(10_000);
  const bytes = [...encodeReach(PATH, HOP4, list, EXTERNAL)];
  t.equal(bytes.length, 13);
  t.ok(bytes.every((message) => message.length <= 4096));
  t.same(prefixes(decode(bytes, EXTERNAL)), list);
  t.end();
});

t.test("10,000 /128 of one attribute set leave in 43 messages", (t) => {
  t.equal([...encodeReach(PATH, HOP6, ipv6(10_000), EXTERNAL)].length, 43);
  t.end();
});

t.test("messages are made as they are asked for", (t) => {
  let asked = 0;
  const list = new Proxy(ipv4(10_000), {
    get(target, key, receiver): unknown {
      if (typeof key === "string" && /^\d+$/.test(key)) asked = Math.max(asked, Number(key));
      return Reflect.get(target, key, receiver);
    },
  });
  const messages = encodeReach(PATH, HOP4, list, EXTERNAL);
  messages.next();
  t.equal(asked, 810, "the 811th prefix was only measured");
  t.end();
});

t.test("one kind of thing a message: IPv4 in the main fields", (t) => {
  const [message] = decode(encodeReach(PATH, HOP4, ipv4(1), EXTERNAL), EXTERNAL);
  t.same(message, {
    type: 2,
    withdrawn: [],
    attributes: { ...PATH, nextHop: 0xc0000201 },
    nlri: [{ prefix: ipv4(1)[0] }],
  });
  t.same(decode(encodeReach({ ...PATH, nextHop: 0xc0000201 }, undefined, ipv4(1), EXTERNAL), EXTERNAL)[0], message);
  t.end();
});

t.test("IPv6 goes into MP_REACH_NLRI, which comes first, and NEXT_HOP stays away", (t) => {
  const [bytes] = encodeReach({ ...PATH, nextHop: 1 }, HOP6, ipv6(1), EXTERNAL);
  const wire = update({
    attributes: [
      ["MP_REACH", "90 0e 0026 0002 01 10"],
      ["next hop", `20010db8${"00".repeat(12)} 00`],
      ["2001:db8::/128", `80 20010db8${"00".repeat(12)}`],
      ["ORIGIN", "40 01 01 00"],
      ["AS_PATH", "40 02 06 02 01 0000fde9"],
    ],
  });
  t.equal(toHex(bytes ?? new Uint8Array()), toHex(wire));
  t.end();
});

t.test("IPv4 with an IPv6 next hop goes into MP_REACH_NLRI (RFC 8950)", (t) => {
  const [message] = decode(encodeReach(PATH, HOP6, ipv4(1), EXTERNAL), EXTERNAL);
  t.same(message?.mpReach, { afi: 1, safi: 1, nextHop: HOP6, nlri: [{ prefix: ipv4(1)[0] }] });
  t.same(message?.nlri, []);
  t.end();
});

t.test("withdrawals carry no attributes", (t) => {
  const [first] = encodeUnreach(Afi.Ipv4, ipv4(1), EXTERNAL);
  t.equal(toHex(first ?? new Uint8Array()), toHex(update({ withdrawn: [["10.0.0.0/32", "20 0a000000"]] })));
  const [second] = encodeUnreach(Afi.Ipv6, ipv6(1, 32), EXTERNAL);
  t.equal(
    toHex(second ?? new Uint8Array()),
    toHex(update({ attributes: [["2001:db8::/32", "90 0f 0008 0002 01 20 20010db8"]] })),
  );
  t.end();
});

function ids(messages: Iterable<Uint8Array>): (number | undefined)[] {
  return decode(messages, ADD_PATH).flatMap(({ nlri, mpUnreach }) =>
    [...nlri, ...(mpUnreach?.nlri ?? [])].map(({ pathId }) => pathId),
  );
}

t.test("the path identifier goes with each prefix, 1 where none is given", (t) => {
  t.same(ids(encodeReach(PATH, HOP4, ipv4(2), ADD_PATH)), [1, 1]);
  t.same(ids(encodeUnreach(Afi.Ipv6, ipv6(2), ADD_PATH, 77)), [77, 77]);
  t.end();
});

t.test("nothing makes no message", (t) => {
  t.same([...encodeReach(PATH, HOP4, [], EXTERNAL)], []);
  t.same([...encodeUnreach(Afi.Ipv6, [], EXTERNAL)], []);
  t.end();
});

/** `bytes` of unknown attributes: 4 of header, the rest value. */
function filler(bytes: number): PathAttributes {
  return { ...PATH, unknown: [{ flags: 0xc0, type: 99, value: new Uint8Array(bytes - 4) }] };
}

t.test("attributes that leave room for one prefix make a message for each", (t) => {
  const full = filler(4096 - 23 - 20 - 5);
  t.same(
    [...encodeReach(full, HOP4, ipv4(3), EXTERNAL)].map(({ length }) => length),
    [4096, 4096, 4096],
  );
  const fullIpv6 = filler(4096 - 61 + 23 - 23 - 17);
  t.same(
    [...encodeReach(fullIpv6, HOP6, ipv6(2), EXTERNAL)].map(({ length }) => length),
    [4096, 4096],
  );
  t.end();
});

t.test("attributes that leave no room for a route are refused before any message", (t) => {
  const over = filler(4096 - 23 - 20 - 4);
  t.throws(() => encodeReach(over, HOP4, ipv4(1), EXTERNAL).next(), {
    name: "CodecError",
    field: "attributes",
    message: "attributes: leave 4 of 4096 bytes for a prefix: the message has 4092 without it",
  });
  t.equal([...encodeReach(over, HOP4, ipv4(1, 24), EXTERNAL)].length, 1, "a shorter prefix fits");
  t.throws(() => encodeReach(over, HOP4, [...ipv4(1, 24), ...ipv4(1)], EXTERNAL).next(), {
    name: "CodecError",
    field: "attributes",
  });
  t.throws(() => encodeReach(filler(5000), HOP4, ipv4(1), EXTERNAL).next(), {
    name: "CodecError",
    field: "attributes",
  });
  t.equal([...encodeReach(filler(5000), HOP4, ipv4(1), EXTENDED)].length, 1);
  t.throws(() => encodeReach(over, HOP4, ipv4(1, 24), ADD_PATH).next(), { name: "CodecError", field: "attributes" });
  t.end();
});

const wrong: readonly [name: string, steps: () => Generator<Uint8Array>, field: string][] = [
  ["IPv4 without a next hop", () => encodeReach(PATH, undefined, ipv4(1), EXTERNAL), "nextHop"],
  ["IPv6 without a next hop", () => encodeReach({ ...PATH, nextHop: 1 }, undefined, ipv6(1), EXTERNAL), "nextHop"],
  ["IPv6 with an IPv4 next hop", () => encodeReach(PATH, HOP4, ipv6(1), EXTERNAL), "nextHop"],
  ["two families in one list", () => encodeReach(PATH, HOP4, [...ipv4(1), ...ipv6(1)], EXTERNAL), "nlri"],
  ["the other family withdrawn", () => encodeUnreach(Afi.Ipv6, ipv4(1), EXTERNAL), "mpUnreach nlri"],
  [
    "an address out of range",
    () => encodeUnreach(Afi.Ipv4, [{ afi: 1, address: -1, length: 8 }], EXTERNAL),
    "withdrawn",
  ],
  [
    "a length out of range",
    () => encodeUnreach(Afi.Ipv4, [{ afi: 1, address: 0, length: 1e6 }], EXTERNAL),
    "withdrawn",
  ],
  ["no number as length", () => encodeUnreach(Afi.Ipv4, [{ afi: 1, address: 0, length: NaN }], EXTERNAL), "withdrawn"],
  [
    "an IPv6 address out of range",
    () => encodeReach(PATH, HOP6, [{ afi: 2, address: -1n, length: 8 }], EXTERNAL),
    "mpReach nlri",
  ],
  [
    "an IPv6 length out of range",
    () => encodeReach(PATH, HOP6, [{ afi: 2, address: 1n, length: 129 }], EXTERNAL),
    "mpReach nlri",
  ],
  ["a hole in the list", () => encodeUnreach(Afi.Ipv4, { length: 2, 0: ipv4(1)[0] as Prefix }, EXTERNAL), "withdrawn"],
  ["a path identifier out of range", () => encodeUnreach(Afi.Ipv4, ipv4(1), ADD_PATH, -1), "pathId"],
];

for (const [name, steps, field] of wrong) {
  t.test(`${name} is refused, by the field's name`, (t) => {
    t.throws(() => [...steps()], { name: "CodecError", field });
    t.end();
  });
}

t.test("what is packed comes back: every prefix once, in order, with its attributes", (t) => {
  const lists = fc.oneof(
    fc.array(ipv4Prefix, { minLength: 1, maxLength: 1200 }).map((list): [Prefix[], NextHop] => [list, HOP4]),
    fc.array(ipv4Prefix, { minLength: 1, maxLength: 20 }).map((list): [Prefix[], NextHop] => [list, HOP6_LOCAL]),
    fc.array(ipv6Prefix, { minLength: 1, maxLength: 600 }).map((list): [Prefix[], NextHop] => [list, HOP6]),
  );
  fc.assert(
    fc.property(context, attributes, lists, (session, set, [list, nextHop]) => {
      const messages = decode(encodeReach(set, nextHop, list, session), session);
      t.same(prefixes(messages), list);
      const { nextHop: _main, ...rest } = set;
      for (const message of messages) {
        const { nextHop: _sent, ...came } = message.attributes;
        t.same(came, rest);
      }
      const afi = list[0]?.afi ?? Afi.Ipv4;
      t.same(prefixes(decode(encodeUnreach(afi, list, session), session)), list);
    }),
    { numRuns: 40 },
  );
  t.end();
});

t.test("towards a two-byte peer each message has its AS4_PATH", (t) => {
  const path: PathAttributes = { origin: 0, asPath: [{ type: 2, asns: [4200000000] }] };
  for (const message of decode(encodeReach(path, HOP4, ipv4(1000), TWO_BYTE), TWO_BYTE)) {
    t.same(message.attributes.asPath, path.asPath);
  }
  t.end();
});
