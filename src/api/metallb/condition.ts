/** meta/v1 Condition, as the kinds that Herald writes have it. */
import * as z from "zod";

const condition = z.object({
  type: z
    .string()
    .max(316)
    .meta({ pattern: "^([a-z0-9]([-a-z0-9.]*[a-z0-9])?/)?[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$" })
    .describe("What it is about."),
  status: z.enum(["True", "False", "Unknown"]).describe("Whether it holds."),
  reason: z
    .string()
    .min(1)
    .max(1024)
    .meta({ pattern: "^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$" })
    .describe("One word why."),
  message: z.string().max(32_768).describe("What there is to say of it, for people."),
  lastTransitionTime: z.string().meta({ format: "date-time" }).describe("When the status changed last."),
  observedGeneration: z.int().min(0).optional().describe("The generation it is about."),
});

/** One of each type. */
export function conditions(description: string) {
  return z
    .array(condition)
    .meta({ "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["type"] })
    .describe(description);
}
