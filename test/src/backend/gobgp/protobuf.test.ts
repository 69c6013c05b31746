/** The wire format of Protocol Buffers, by its own examples and there and back. */
import * as fc from "fast-check";
import t from "tap";
import { ProtobufError, decode, encode } from "../../../../src/backend/gobgp/protobuf.ts";
import type { Fields } from "../../../../src/backend/gobgp/protobuf.ts";

const inner = { id: [1, "int"], tags: [2, "string", "repeated"] } as const satisfies Fields;
const fields = {
  flag: [1, "bool"],
  number: [2, "int"],
  text: [3, "string"],
  raw: [4, "bytes"],
  one: [5, inner],
  many: [6, inner, "repeated"],
  numbers: [16, "int", "repeated"],
} as const satisfies Fields;

function bytes(hex: string): Uint8Array {
  return Uint8Array.from(Buffer.from(hex.replaceAll(" ", ""), "hex"));
}

t.test("messages of the format's own guide", (t) => {
  t.same(encode({ a: [1, "int"] }, { a: 150 }), bytes("08 96 01"));
  t.same(encode({ b: [2, "string"] }, { b: "testing" }), bytes("12 07 74 65 73 74 69 6e 67"));
  t.same(encode({ c: [3, { a: [1, "int"] }] }, { c: { a: 150 } }), bytes("1a 03 08 96 01"));
  t.same(encode({ d: [1, "int"] }, { d: -1 }), bytes("08 ff ff ff ff ff ff ff ff ff 01"));
  t.same(decode({ e: [6, "int", "repeated"] }, bytes("32 06 03 8e 02 9e a7 05")), { e: [3, 270, 86942] }, "packed");
  t.same(
    encode(fields, { flag: false, number: 0, text: "", raw: new Uint8Array() }),
    bytes(""),
    "defaults are left out",
  );
  t.same(encode(fields, { one: {} }), bytes("2a 00"), "but a message is there, empty as it may be");
  t.end();
});

/** Zero is as good as absent. */
function fill({ id, tags }: { readonly id: number; readonly tags: readonly string[] }): object {
  return { ...(id !== 0 && { id }), tags };
}

t.test("what is written is read, past fields that are not known", (t) => {
  const anInner = fc.record({ id: fc.nat(), tags: fc.array(fc.string({ unit: "grapheme" }), { minLength: 1 }) });
  const value = fc.record({
    flag: fc.constant(true),
    number: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
    text: fc.string({ minLength: 1 }),
    raw: fc.uint8Array({ minLength: 1 }),
    one: anInner,
    many: fc.array(anInner, { minLength: 1 }),
    numbers: fc.array(fc.nat(), { minLength: 1 }),
  });
  fc.assert(
    fc.property(value, (one) => {
      const back = decode(fields, encode(fields, one));
      t.same(back, { ...one, one: fill(one.one), many: one.many.map(fill) });
      t.same(decode({ text: fields.text }, encode(fields, one)), { text: one.text });
    }),
    { numRuns: 50 },
  );
  t.end();
});

t.test("no bytes make it throw anything but its own error", (t) => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (some) => {
      try {
        decode(fields, some);
      } catch (error) {
        t.ok(error instanceof ProtobufError, String(error));
      }
    }),
    { numRuns: 2_000 },
  );
  t.throws(() => decode(fields, bytes("1a 05 61")), /ends within a field/);
  t.throws(() => decode(fields, bytes("10 80")), /ends within a number/);
  t.throws(() => decode(fields, bytes("10 ffffffffffffffffffffff 01")), /more than 10 bytes/);
  t.throws(() => decode(fields, bytes("1b")), /wire type 3/);
  t.throws(() => decode(fields, bytes("0a 01 00")), /field flag has another wire type/);
  t.throws(() => decode(fields, bytes("28 01")), /field one has another wire type/);
  t.same(
    decode(fields, bytes("39 0102030405060708 3d 01020304 10 07")),
    { number: 7 },
    "fixed-width fields are skipped",
  );
  t.end();
});
