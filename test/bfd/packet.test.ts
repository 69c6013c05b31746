import { assert, constantFrom, integer, nat, property, record, boolean, uint8Array } from "fast-check";
import t from "tap";
import { AuthType, decode, encode, State } from "../../bfd/packet.ts";
import type { ControlPacket } from "../../bfd/packet.ts";
import { PACKET } from "../support/bfd-lab.ts";

const bytesOf = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex.replaceAll(" ", ""), "hex"));
const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

const UP: ControlPacket = {
  ...PACKET,
  state: "Up",
  myDiscriminator: 0x9fb205d6,
  yourDiscriminator: 0x4a2357dc,
  requiredMinEchoRx: 50_000,
};
const SHA1 = { type: AuthType.KeyedSha1, keyId: 9, sequence: 0xfffffffe, digest: new Uint8Array(20).fill(0xab) };
const MD5 = { type: AuthType.MeticulousKeyedMd5, keyId: 1, sequence: 3, digest: new Uint8Array(16).fill(0xcd) };

const VECTORS: readonly (readonly [string, string, ControlPacket])[] = [
  ["Up, 300 ms, echo 50 ms", "20c00318 9fb205d6 4a2357dc 000493e0 000493e0 0000c350", UP],
  [
    "the first packet of a session",
    "20400318 00000001 00000000 000f4240 000493e0 00000000",
    { ...PACKET, myDiscriminator: 1, yourDiscriminator: 0, desiredMinTx: 1_000_000 },
  ],
  [
    "AdminDown with its diagnostic",
    "27000118 00000007 00000001 000493e0 000493e0 00000000",
    { ...PACKET, diagnostic: 7, state: "AdminDown", detectMultiplier: 1 },
  ],
  ["Poll", "20e00318 9fb205d6 4a2357dc 000493e0 000493e0 0000c350", { ...UP, poll: true }],
  [
    "Final and C",
    "20d80318 9fb205d6 4a2357dc 000493e0 000493e0 0000c350",
    { ...UP, final: true, controlPlaneIndependent: true },
  ],
  [
    "Init and Demand",
    "2082ff18 9fb205d6 4a2357dc 000493e0 000493e0 0000c350",
    { ...UP, state: "Init", demand: true, detectMultiplier: 255 },
  ],
  [
    "a simple password",
    "20c40321 9fb205d6 4a2357dc 000493e0 000493e0 0000c350 0109 02 736563726574",
    { ...UP, authentication: { type: AuthType.SimplePassword, keyId: 2, password: Buffer.from("secret") } },
  ],
  [
    "keyed SHA1",
    `20c40334 9fb205d6 4a2357dc 000493e0 000493e0 0000c350 041c0900 fffffffe ${"ab".repeat(20)}`,
    { ...UP, authentication: SHA1 },
  ],
  [
    "meticulous keyed MD5",
    `20c40330 9fb205d6 4a2357dc 000493e0 000493e0 0000c350 03180100 00000003 ${"cd".repeat(16)}`,
    { ...UP, authentication: MD5 },
  ],
];

t.test("packets have the bytes of RFC 5880 §4.1, in both directions", (t) => {
  for (const [name, hex, packet] of VECTORS) {
    t.equal(hexOf(encode(packet)), hex.replaceAll(" ", ""), name);
    const decoded = decode(bytesOf(hex));
    t.equal("packet" in decoded && hexOf(encode(decoded.packet)), hex.replaceAll(" ", ""), `${name}, back`);
    if (packet.authentication === undefined) t.same(decoded, { packet }, `${name}, the value`);
  }
  t.end();
});

t.test("what follows the packet's own length is ignored, and a view into a larger buffer is read where it is", (t) => {
  const buffer = new Uint8Array(60).fill(0xee);
  buffer.set(encode(UP), 8);
  t.same(decode(buffer.subarray(8)), { packet: UP });
  t.end();
});

const change = (packet: ControlPacket, at: number, value: number): Uint8Array => {
  const bytes = encode(packet);
  bytes[at] = value;
  return bytes;
};

t.test("each rule of reception has its reason", (t) => {
  const password = { ...UP, authentication: { type: AuthType.SimplePassword, keyId: 2, password: new Uint8Array(6) } };
  const cases: readonly (readonly [string, Uint8Array, string])[] = [
    ["nothing", new Uint8Array(0), "length"],
    ["version 0", change(UP, 0, 0x00), "version"],
    ["version 2", change(UP, 0, 0x40), "version"],
    ["one byte of version 1", Uint8Array.of(0x20), "length"],
    ["23 bytes", encode(UP).subarray(0, 23), "length"],
    ["length 23", change(UP, 3, 23), "length"],
    ["length beyond the payload", change(UP, 3, 25), "length"],
    ["A without room for a section", change(UP, 1, 0xc4), "length"],
    ["multiplier zero", change(UP, 2, 0), "multiplier-zero"],
    ["multipoint", change(UP, 1, 0xc1), "multipoint"],
    ["my discriminator zero", encode({ ...UP, myDiscriminator: 0 }), "my-discriminator-zero"],
    ["your discriminator zero in Up", encode({ ...UP, yourDiscriminator: 0 }), "your-discriminator-zero"],
    [
      "your discriminator zero in Init",
      encode({ ...UP, state: "Init", yourDiscriminator: 0 }),
      "your-discriminator-zero",
    ],
    ["authentication type 0", change(password, 24, 0), "authentication-malformed"],
    ["authentication type 6", change(password, 24, 6), "authentication-malformed"],
    ["a section longer than the packet", change(password, 25, 10), "authentication-malformed"],
    ["an empty password", change(password, 25, 3), "authentication-malformed"],
    ["SHA1 with the length of MD5", change({ ...UP, authentication: SHA1 }, 25, 24), "authentication-malformed"],
    [
      "a password of 17 bytes",
      encode({ ...UP, authentication: { ...password.authentication, password: new Uint8Array(17) } }),
      "authentication-malformed",
    ],
  ];
  for (const [name, bytes, drop] of cases) t.same(decode(bytes), { drop }, name);
  for (const state of [State.Down, State.AdminDown]) {
    t.ok("packet" in decode(encode({ ...UP, state, yourDiscriminator: 0 })), `zero is legal in ${state}`);
  }
  t.end();
});

const u32 = (least: number) => integer({ min: least, max: 0xffff_ffff });

t.test("what is encoded is decoded as the same", (t) => {
  const packets = record({
    diagnostic: nat(31),
    state: constantFrom(State.AdminDown, State.Down, State.Init, State.Up),
    poll: boolean(),
    final: boolean(),
    controlPlaneIndependent: boolean(),
    demand: boolean(),
    detectMultiplier: integer({ min: 1, max: 255 }),
    myDiscriminator: u32(1),
    yourDiscriminator: u32(1),
    desiredMinTx: u32(0),
    requiredMinRx: u32(0),
    requiredMinEchoRx: u32(0),
  });
  assert(
    property(packets, (packet) => {
      t.same(decode(encode(packet)), { packet });
    }),
    { numRuns: 100 },
  );
  t.end();
});

const answers = (bytes: Uint8Array): boolean => {
  const decoded = decode(bytes);
  return "drop" in decoded || decoded.packet.myDiscriminator !== 0;
};

t.test("no bytes make it throw", (t) => {
  assert(property(uint8Array({ maxLength: 80 }), answers), { numRuns: 1000 });
  const valid = VECTORS.map(([, hex]) => bytesOf(hex));
  assert(
    property(constantFrom(...valid), nat(70), nat(255), nat(70), (bytes, at, value, cut) => {
      const mutated = bytes.slice();
      mutated[at % mutated.length] = value;
      return answers(mutated) && answers(mutated.subarray(0, cut));
    }),
    { numRuns: 2000 },
  );
  t.end();
});
