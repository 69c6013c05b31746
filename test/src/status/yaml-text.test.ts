import * as fc from "fast-check";
import t from "tap";
import { parse } from "yaml";
import { yamlText } from "../../../src/status/yaml-text.ts";
import type { Plain } from "../../../src/status/yaml-text.ts";

const text = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.string({ unit: fc.constantFrom(...Array.from("aZ 0.:-#'\"[]{},&*!|>%@\\/\n\t~?=")) }),
  fc.constantFrom(
    "true",
    "No",
    "~",
    "null",
    "1e3",
    "0x1f",
    "192.0.2.1",
    "12:30:45",
    "2001:db8::1",
    "1::",
    "1:2:3:4:5:6:7:8",
    "2026-01-01",
    "=",
    "<<",
    "- a",
    "a: b",
  ),
);
const { object } = fc.letrec<{ value: Plain; object: Record<string, Plain> }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    text,
    fc.integer(),
    fc.boolean(),
    fc.array(tie("value"), { maxLength: 3 }),
    tie("object"),
  ),
  object: fc.dictionary(
    text.filter((key) => key !== "__proto__"),
    tie("value"),
    { maxKeys: 4, noNullPrototype: true },
  ),
}));

t.test("what is written is read back as it was, by readers of YAML 1.2 and 1.1", (t) => {
  fc.assert(
    fc.property(
      object.filter((one) => Object.keys(one).length > 0),
      (value) => {
        const written = yamlText(value);
        t.strictSame(parse(written), value);
        t.strictSame(parse(written, { version: "1.1", merge: false }), value);
      },
    ),
    { numRuns: 300 },
  );
  t.end();
});

t.test("it looks as a person would write it", (t) => {
  const value = {
    kind: "Service",
    metadata: { name: "web", annotations: {} },
    status: {
      ingress: [{ ip: "192.0.2.1", ipMode: "VIP" }, { ip: "2001:db8::1" }],
      peers: ["tor-1", "a: b"],
      none: [],
    },
    lists: [["a"], [[]]],
  };
  t.equal(
    yamlText(value),
    `kind: Service
metadata:
  name: web
  annotations: {}
status:
  ingress:
    - ip: 192.0.2.1
      ipMode: VIP
    - ip: 2001:db8::1
  peers:
    - tor-1
    - "a: b"
  none: []
lists:
  - - a
  - - []
`,
  );
  t.end();
});
