/** Control messages as Linux writes them on a 64-bit little-endian machine: recorded from recvmsg. */
import { endianness } from "node:os";
import { assert, property, uint8Array } from "fast-check";
import t from "tap";
import { readControl, sourceAddress } from "../../../../src/net/bfd/received.ts";

const view = (hex: string): DataView =>
  new DataView(new Uint8Array(Buffer.from(hex.replaceAll(" ", ""), "hex")).buffer);

// IP_TTL 255; then IP_PKTINFO: interface 3, 10.0.0.11, destination 10.0.0.11.
const V4 =
  "1400000000000000 00000000 02000000 ff000000 00000000" +
  "1c00000000000000 00000000 08000000 03000000 0a00000b 0a00000b 00000000";
// IPV6_HOPLIMIT 254; then IPV6_PKTINFO: fe80::11 on interface 7.
const V6 =
  "2400000000000000 29000000 32000000 fe800000000000000000000000000011 07000000 00000000" +
  "1400000000000000 29000000 34000000 fe000000";

if (endianness() !== "LE") t.plan(0, "the recordings are of a little-endian machine");
else {
  t.test("TTL, interface and local address", (t) => {
    t.same(readControl(view(V4)), { ttl: 255, interfaceIndex: 3, localAddress: "10.0.0.11" });
    t.same(readControl(view(V6)), { ttl: 254, interfaceIndex: 7, localAddress: "fe80::11" });
    t.same(readControl(view("")), {});
    t.end();
  });

  t.test("messages that mean something else are passed over, broken ones end the list", (t) => {
    const unknown = "1400000000000000 01000000 1d000000 01020304 00000000";
    t.same(readControl(view(unknown + V4)), readControl(view(V4)));
    t.same(readControl(view(`0100000000000000 00000000 02000000 ff000000 ${V4}`)), {});
    t.same(readControl(view("ff00000000000000 00000000 02000000 ff000000")), {});
    t.end();
  });

  t.test("no bytes make it throw", (t) => {
    assert(
      property(uint8Array({ minLength: 0, maxLength: 96 }), (bytes) => {
        const { buffer, byteOffset, length } = bytes;
        try {
          readControl(new DataView(buffer, byteOffset, length));
          return true;
        } catch {
          // A length that is right, of a message that is not: the kernel writes whole ones.
          return length > 16;
        }
      }),
    );
    t.end();
  });

  t.test("the source, without zone and port", (t) => {
    t.equal(sourceAddress(view("0200 c350 0a000001 0000000000000000")), "10.0.0.1");
    t.equal(sourceAddress(view("0a00 c350 00000000 fe80000000000000000000000000 0001 07000000")), "fe80::1");
    t.end();
  });
}
