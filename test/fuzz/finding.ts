/** A finding as text: what was wrong, what the session had agreed on, the bytes. */
import { readFileSync } from "node:fs";
import type { CodecContext } from "bgp-ts-codec";
import { fromHex, toHex } from "../support/wire.ts";

const WORDS: Readonly<Record<string, (context: CodecContext) => boolean>> = {
  as4: ({ as4 }) => as4,
  ibgp: ({ ebgp }) => !ebgp,
  "add-path-ipv4": ({ addPath }) => addPath.ipv4,
  "add-path-ipv6": ({ addPath }) => addPath.ipv6,
  extended: ({ extendedMessages }) => extendedMessages,
  sets: ({ rejectAsSets }) => rejectAsSets === false,
  "first-as": ({ firstAs }) => firstAs !== undefined,
};

/** The AS that must come first where a session asks for one. */
export const FIRST_AS = 65001;

/** `what` becomes comment lines; bytes that are no single message are called a stream. */
export function formatFinding(what: string, bytes: Uint8Array, context: CodecContext, label: string): string {
  const session = Object.entries(WORDS).flatMap(([word, is]) => (is(context) ? [word] : []));
  return `# ${what.replaceAll("\n", "\n# ")}\nsession: ${session.join(" ")}\n${label}: ${toHex(bytes)}\n`;
}

export interface Finding {
  readonly context: CodecContext;
  readonly messages: readonly Uint8Array[];
}

export function readFinding(file: string): Finding {
  const lines = readFileSync(file, "utf8").split("\n");
  const values = (label: string): string[] =>
    lines.filter((line) => line.startsWith(`${label}: `)).map((line) => line.slice(label.length + 2));
  const words = values("session").flatMap((line) => line.split(" "));
  return {
    context: {
      as4: words.includes("as4"),
      ebgp: !words.includes("ibgp"),
      addPath: { ipv4: words.includes("add-path-ipv4"), ipv6: words.includes("add-path-ipv6") },
      extendedMessages: words.includes("extended"),
      rejectAsSets: !words.includes("sets"),
      ...(words.includes("first-as") ? { firstAs: FIRST_AS } : {}),
    },
    messages: [...values("MESSAGE"), ...values("STREAM")].map(fromHex),
  };
}
