/** The inside of the codec: reader, writer, and the error that does not leave it. */
import t from "tap";
import { asMalformed, Malformed } from "../../../bgp/codec/error.ts";
import { Reader } from "../../../bgp/codec/reader.ts";
import { Writer } from "../../../bgp/codec/writer.ts";
import { fromHex, toHex } from "../../support/wire.ts";

t.test("a reader stays within its region, and names the field that does not fit", (t) => {
  const reader = new Reader(fromHex("00 01 02 03 04 05"), 1, 4);
  t.equal(reader.left, 3);
  t.throws(() => reader.u32("hold time"), { name: "Malformed", message: "hold time needs 4 bytes, 3 are left" });
  t.equal(reader.u16("x"), 0x0102);
  t.equal(reader.sub(1, "x").u8("y"), 3);
  t.throws(() => reader.u8("y"), Malformed);
  t.end();
});

t.test("a reader of a slice of a larger buffer reads the slice", (t) => {
  const slice = fromHex("ffff 0102 0304 0506 0708 ffff").subarray(2, 10);
  t.equal(new Reader(slice).u64("x"), 0x0102030405060708n);
  t.end();
});

t.test("every write may be the one that outgrows the buffer", (t) => {
  const writes: readonly [name: string, hex: string, write: (writer: Writer) => void][] = [
    ["u8", "01", (writer): void => writer.u8(1, "x")],
    ["u16", "0102", (writer): void => writer.u16(0x0102, "x")],
    ["u32", "01020304", (writer): void => writer.u32(0x01020304, "x")],
    ["u64", "0102030405060708", (writer): void => writer.u64(0x0102030405060708n, "x")],
    ["u128", `01${"00".repeat(14)}02`, (writer): void => writer.u128((1n << 120n) | 2n, "x")],
    ["bytes", "0102", (writer): void => writer.bytes(fromHex("0102"))],
    ["a length of one byte", "0107", (writer): void => writer.prefixed8("x", () => writer.u8(7, "x"))],
    ["a length of two bytes", "000107", (writer): void => writer.prefixed16("x", () => writer.u8(7, "x"))],
    ["an attribute", "c0630107", (writer): void => writer.attribute(0xc0, 99, "x", () => writer.u8(7, "x"))],
    [
      "a long attribute",
      `d0630100${"07".repeat(256)}`,
      (writer): void => writer.attribute(0xc0, 99, "x", () => writer.bytes(new Uint8Array(256).fill(7))),
    ],
  ];
  for (const [name, hex, write] of writes) {
    for (const before of [0, 253, 254, 255, 256, 500, 511]) {
      const writer = new Writer();
      writer.bytes(new Uint8Array(before));
      write(writer);
      t.equal(toHex(writer.finish().subarray(before)), hex, `${name} after ${before} bytes`);
    }
  }
  t.end();
});

t.test("a length of two bytes holds 65535", (t) => {
  const writer = new Writer();
  t.throws(() => writer.prefixed16("withdrawn", () => writer.bytes(new Uint8Array(65536))), {
    message: "withdrawn: 65536 bytes long, at most 65535 fit",
  });
  t.end();
});

t.test("a defect of the codec is not taken for a malformed message", (t) => {
  const malformed = new Malformed("x");
  t.equal(asMalformed(malformed), malformed);
  t.throws(() => asMalformed(new RangeError("defect")), RangeError);
  t.end();
});
