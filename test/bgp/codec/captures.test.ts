/** What FRR, BIRD and GoBGP really send: read without fault, as the golden file says, and the same when sent on. */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import {
  type CodecContext,
  decodeMessage,
  encodeMessage,
  formatIpv4,
  formatIpv6,
  formatPrefix,
  type Prefix,
} from "bgp-ts-codec";
import { EXTERNAL, fromHex, toHex } from "../../support/wire.ts";

const FOLDER = join(import.meta.dirname, "../../data/bgp");

interface Capture {
  readonly context: CodecContext;
  readonly messages: readonly { readonly label: string; readonly bytes: Uint8Array }[];
}

/** Comments begin with "#", "session:" names what was negotiated, the rest is "TYPE: hexadecimal". */
function read(file: string): Capture {
  const lines = readFileSync(join(FOLDER, file), "utf8")
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => line.split(": "));
  const options = lines.find(([label]) => label === "session")?.[1]?.split(" ") ?? [];
  return {
    context: {
      ...EXTERNAL,
      as4: options.includes("as4"),
      addPath: { ipv4: options.includes("add-path-ipv4"), ipv6: false },
    },
    messages: lines
      .filter(([label]) => label !== "session")
      .map(([label = "", hex = ""]) => ({ label, bytes: fromHex(hex) })),
  };
}

/** Text where a person would want it: prefixes, bytes, addresses. */
function shown(key: string, value: unknown): unknown {
  if (value instanceof Uint8Array) return toHex(value);
  if (key === "prefix") return formatPrefix(value as Prefix);
  if (typeof value === "bigint")
    return key === "address" || key === "linkLocal" ? formatIpv6(value) : `0x${value.toString(16)}`;
  if (typeof value === "number" && ["address", "bgpId", "nextHop", "originatorId"].includes(key))
    return formatIpv4(value);
  return value;
}

for (const file of readdirSync(FOLDER).filter((name) => name.endsWith(".hex"))) {
  t.test(`${file} is read as its golden file says`, (t) => {
    const { context, messages } = read(file);
    const decoded = messages.map(({ bytes }) => decodeMessage(bytes, context));
    t.same(
      decoded.flatMap(({ errors }) => errors),
      [],
      "no faults",
    );
    const text = `${JSON.stringify(
      decoded.map(({ message }) => message),
      shown,
      2,
    )}\n`;
    const golden = join(FOLDER, file.replace(".hex", ".json"));
    if (process.env.UPDATE_GOLDEN === "1") writeFileSync(golden, text);
    t.equal(text, readFileSync(golden, "utf8"));
    t.end();
  });

  t.test(`${file} survives being sent on`, (t) => {
    const { context, messages } = read(file);
    for (const { label, bytes } of messages) {
      const { message } = decodeMessage(bytes, context);
      if (message === null) throw new Error(label);
      t.same(decodeMessage(encodeMessage(message, context), context).message, message, label);
    }
    t.end();
  });
}
