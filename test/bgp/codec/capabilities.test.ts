import t from "tap";
import { type Capability, capabilityName, decodeMessage, encodeMessage } from "bgp-ts-codec";
import { EXTERNAL, fromHex, message, toHex } from "../../support/wire.ts";

function byte(value: number): string {
  return value.toString(16).padStart(2, "0");
}

function open(capability: string): Uint8Array {
  const length = fromHex(capability).length;
  return message(1, ["", "04 fde9 005a c0000201"], ["", byte(length + 2) + "02" + byte(length)], ["", capability]);
}

function encode(capability: Capability): Uint8Array {
  return encodeMessage(
    { type: 1, version: 4, asn16: 65001, holdTime: 90, bgpId: 0xc0000201, capabilities: [capability] },
    EXTERNAL,
  );
}

function decode(capability: string): Capability | undefined {
  const { message } = decodeMessage(open(capability), EXTERNAL);
  return message?.type === 1 ? message.capabilities[0] : undefined;
}

const both: readonly [hex: string, capability: Capability][] = [
  ["01 04 0002 00 01", { kind: "multiprotocol", afi: 2, safi: 1 }],
  ["02 00", { kind: "route-refresh" }],
  [
    "05 0c 0001 0001 0002 0001 0002 0002",
    {
      kind: "extended-next-hop",
      tuples: [
        { afi: 1, safi: 1, nextHopAfi: 2 },
        { afi: 1, safi: 2, nextHopAfi: 2 },
      ],
    },
  ],
  ["06 00", { kind: "extended-message" }],
  ["09 01 03", { kind: "role", role: 3 }],
  [
    "40 0a c078 0001 01 80 0002 01 00",
    {
      kind: "graceful-restart",
      restarted: true,
      notification: true,
      restartTime: 120,
      families: [
        { afi: 1, safi: 1, forwarding: true },
        { afi: 2, safi: 1, forwarding: false },
      ],
    },
  ],
  ["40 02 8fff", { kind: "graceful-restart", restarted: true, notification: false, restartTime: 4095, families: [] }],
  ["40 02 4000", { kind: "graceful-restart", restarted: false, notification: true, restartTime: 0, families: [] }],
  ["41 04 fa56ea03", { kind: "four-octet-as", asn: 4200000003 }],
  [
    "45 08 0001 01 03 0002 01 01",
    {
      kind: "add-path",
      families: [
        { afi: 1, safi: 1, mode: 3 },
        { afi: 2, safi: 1, mode: 1 },
      ],
    },
  ],
  ["46 00", { kind: "enhanced-route-refresh" }],
  ["4a 00", { kind: "bfd-strict-mode" }],
  [
    "47 0e 0001 01 80 000e10 0002 01 00 ffffff",
    {
      kind: "long-lived-graceful-restart",
      families: [
        { afi: 1, safi: 1, forwarding: true, staleTime: 3600 },
        { afi: 2, safi: 1, forwarding: false, staleTime: 0xffffff },
      ],
    },
  ],
  ["49 08 02 6e31 04 7261636b", { kind: "fqdn", host: "n1", domain: "rack" }],
  ["49 05 03 c3bc31 00", { kind: "fqdn", host: "ü1", domain: "" }],
  ["4b 05 04 48 20 31 32", { kind: "software-version", version: "H 12" }],
  ["4c 00", { kind: "unknown", code: 76, value: fromHex("") }],
];

for (const [hex, capability] of both) {
  t.test(`capability ${hex} is ${capability.kind}, in both directions`, (t) => {
    t.same(decode(hex), capability);
    t.equal(toHex(encode(capability)), toHex(open(hex)));
    t.end();
  });
}

for (const hex of [
  "01 03 0001 00",
  "01 05 0001 00 01 00",
  "02 01 00",
  "05 05 0001 0001 00",
  "09 00",
  "40 01 00",
  "40 03 0078 00",
  "41 02 fde9",
  "45 03 0001 01",
  "47 06 0001 01 80 0000",
  "49 02 05 61",
  "4b 01 09",
]) {
  t.test(`capability ${hex} does not have its format and is kept unread`, (t) => {
    const bytes = fromHex(hex);
    t.same(decode(hex), { kind: "unknown", code: bytes[0], value: bytes.slice(2) });
    t.end();
  });
}

t.test("reserved bits and bytes are ignored", (t) => {
  t.same(decode("01 04 0001 ff 01"), { kind: "multiprotocol", afi: 1, safi: 1 });
  t.match(decode("40 06 3078 0001 01 7f"), { restarted: false, restartTime: 120, families: [{ forwarding: false }] });
  t.end();
});

const refused: readonly [capability: Capability, message: string][] = [
  [
    { kind: "graceful-restart", restarted: false, notification: false, restartTime: 4096, families: [] },
    "graceful-restart restartTime: 4096 s is above 4095 s",
  ],
  [
    { kind: "graceful-restart", restarted: false, notification: false, restartTime: -1, families: [] },
    "graceful-restart restartTime: -1 is not a whole number from 0 to 65535",
  ],
  [
    {
      kind: "long-lived-graceful-restart",
      families: [{ afi: 1, safi: 1, forwarding: false, staleTime: 0x1000000 }],
    },
    "long-lived-graceful-restart staleTime: 16777216 s is above 16777215 s",
  ],
  [{ kind: "four-octet-as", asn: 2 ** 32 }, "four-octet-as asn: 4294967296 is not a whole number from 0 to 4294967295"],
  [{ kind: "multiprotocol", afi: 65536, safi: 1 }, "multiprotocol AFI: 65536 is not a whole number from 0 to 65535"],
  [{ kind: "fqdn", host: "x".repeat(256), domain: "" }, "fqdn host: 256 bytes long, at most 255 fit"],
  [{ kind: "software-version", version: "x".repeat(255) }, "software-version: 256 bytes long, at most 255 fit"],
  [{ kind: "unknown", code: 200, value: new Uint8Array(256) }, "capability 200: 256 bytes long, at most 255 fit"],
];

for (const [capability, text] of refused) {
  t.test(`refused: ${text}`, (t) => {
    t.throws(() => encode(capability), { name: "CodecError", message: text });
    t.end();
  });
}

t.test("capabilities have names", (t) => {
  t.equal(capabilityName(64), "graceful-restart");
  t.equal(capabilityName(128), "route-refresh-old");
  t.equal(capabilityName(200), "capability 200");
  t.end();
});
