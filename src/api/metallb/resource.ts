/** The frame that the kinds of metallb.io which users write have in common. */
import * as z from "zod";
import { metadata } from "../metadata.ts";

/** What users wrote under `status` is not read; `status` describes what Herald writes there. */
export function resource<const K extends string, const V extends string, S extends z.ZodType>(
  kind: K,
  version: V,
  spec: S,
  status: z.ZodType = z.object({}),
) {
  const schema = z.object({ metadata, spec, status: z.unknown().optional() });
  return { group: "metallb.io", version, kind, schema, status, unknown: "all" } as const;
}
