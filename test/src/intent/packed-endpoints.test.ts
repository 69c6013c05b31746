import { array, assert, boolean, property, record, string } from "fast-check";
import t from "tap";
import { PackedEndpoints } from "../../../src/intent/packed-endpoints.ts";

/** Any text that has not got what ASCII separates with. */
const name = string({ unit: "binary" }).map((text) => text.replaceAll("\u001E", "").replaceAll("\u001F", ""));
const endpoint = record(
  { addresses: array(name), nodeName: name, ready: boolean(), serving: boolean(), terminating: boolean() },
  { requiredKeys: ["addresses", "ready", "serving", "terminating"], noNullPrototype: true },
);

t.test("packed endpoints are read as they were, and as often as one likes", (t) => {
  assert(
    property(array(endpoint), (endpoints) => {
      const packed = new PackedEndpoints(endpoints);
      t.strictSame([...packed], endpoints);
      t.strictSame([...packed], endpoints);
    }),
    { numRuns: 300 },
  );
  t.end();
});

t.test("one reader does not disturb another, nor does one that stops", (t) => {
  const endpoints = ["10.0.0.1", "10.0.0.2", "10.0.0.3"].map((address) => {
    return { addresses: [address], nodeName: "n1", ready: true, serving: true, terminating: false };
  });
  const packed = new PackedEndpoints(endpoints);
  for (const { addresses } of packed) {
    t.same(addresses, ["10.0.0.1"]);
    t.equal([...packed].length, 3);
    break;
  }
  t.same([...packed], endpoints);
  t.end();
});
