import t from "tap";
import { encodeMrt, hex } from "../../../src/describe/index.ts";

const MESSAGE = {
  at: 1_700_000_000_250,
  direction: "received",
  as4: true,
  remoteAs: 64501,
  localAs: 64500,
  remoteAddress: "10.0.0.1",
  localAddress: "10.0.0.11",
  bytes: Uint8Array.of(0xaa, 0xbb),
} as const;

t.test("a record is header, AS numbers, family, addresses and the message (RFC 6396 §4.4)", (t) => {
  const body = "0003d0900000fbf50000fbf4000000010a0000010a00000baabb";
  t.equal(hex(encodeMrt(MESSAGE)), "6553f100001100040000001a" + body);
  t.end();
});

function subtype(direction: "sent" | "received", as4: boolean): string {
  return hex(encodeMrt({ ...MESSAGE, direction, as4 })).slice(12, 16);
}

t.test("direction and width of AS numbers are in the subtype", (t) => {
  t.same([subtype("received", true), subtype("sent", true)], ["0004", "0007"]);
  t.same([subtype("received", false), subtype("sent", false)], ["0001", "0006"]);
  t.end();
});

t.test("IPv6 addresses have sixteen bytes; one that is not known is zero", (t) => {
  const text = hex(encodeMrt({ ...MESSAGE, remoteAddress: "fe80::1%eth0", localAddress: "0.0.0.0" }));
  t.ok(text.endsWith(`0002fe80${"0".repeat(27)}1${"0".repeat(32)}aabb`), text);
  t.end();
});
