/** core/v1 Secret: its type and its key `password`; the other keys are not read. */
import * as z from "zod";
import { Secret } from "../../model/config.ts";
import { kindWith } from "../kind.ts";
import { metadata } from "../metadata.ts";

const schema = z.object({
  metadata,
  type: z.string().default("Opaque"),
  data: z.object({ password: z.string().optional() }).prefault({}),
  stringData: z.object({ password: z.string().optional() }).prefault({}),
});

/** The text that base64 stands for; undefined where it is no base64 of UTF-8 text. */
function decodeBase64(text: string): string | undefined {
  try {
    const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

export const secret = kindWith(
  { group: "", version: "v1", kind: "Secret", schema, unknown: "none" },
  ({ metadata, type, data, stringData }, report) => {
    let text = stringData.password;
    if (text === undefined && data.password !== undefined) {
      text = decodeBase64(data.password);
      if (text === undefined) {
        const fix = "write its base64 form here, or the text itself under stringData";
        report("error", ["data", "password"], { what: "the value (not shown) is not base64 of text", fix });
      }
    }
    return { metadata, type, ...(text === undefined ? {} : { password: new Secret(text) }) };
  },
);
