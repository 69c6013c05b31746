/** What is wrong with YAML, in words for whoever wrote it. The text itself is never repeated: it may be a Secret's. */
import type { YAMLParseError } from "yaml";

/** The parser's own sentence serves for every code that is not here. */
const SENTENCES: Readonly<Partial<Record<YAMLParseError["code"], string>>> = {
  RESOURCE_EXHAUSTION: "it is nested too deeply to be read",
  TAB_AS_INDENT: "a tab indents this line; indent with spaces",
  BAD_INDENT: "this line is indented unlike the lines it belongs to; align it with them",
  BLOCK_AS_IMPLICIT_KEY: 'there is a second ": " in this line; put a text that contains one in quotes',
  MULTILINE_IMPLICIT_KEY:
    'this line has no ":" after its key; add it, or indent the line if it continues the one above',
  BAD_SCALAR_START: "a plain text cannot begin with this character; put it in quotes",
};

export function explainYaml(error: YAMLParseError, text: string): string {
  if (error.code === "DUPLICATE_KEY") {
    const key = /^[^\s:]+/.exec(text.slice(error.pos[0]))?.[0] ?? "";
    return `the key ${key} is written twice; keep one`;
  }
  return SENTENCES[error.code] ?? error.message.replace(/: ".*$/s, "");
}

/** From what the parser throws. */
export function explainFailure(error: unknown, maxAliases: number): string {
  if (error instanceof RangeError) return "it is nested too deeply to be read";
  const message = error instanceof Error ? error.message : String(error);
  if (message.startsWith("Unresolved alias")) {
    return "an alias (*) refers to an anchor that is not set before it; set it with &, or put the text in quotes if it is none";
  }
  if (!message.startsWith("Excessive alias count")) return message.replace(/: ".*$/s, "");
  return `its aliases expand to more than ${maxAliases} values; write the values out`;
}

/** "Service web: " from the looks of a document that cannot be parsed, or "". */
export function guessObject(text: string): string {
  const kind = /^["']?kind["']?:[ \t]*["']?([A-Za-z0-9]+)/m.exec(text)?.[1];
  const name = /^metadata:[^\n]*\n(?:[ \t]+[^\n]*\n)*?[ \t]+name:[ \t]*["']?([A-Za-z0-9.-]+)/m.exec(text)?.[1];
  if (kind === undefined) return "";
  return name === undefined ? `${kind}: ` : `${kind} ${name}: `;
}
