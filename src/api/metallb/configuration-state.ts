/** metallb.io ConfigurationState: the verdict of one component on the whole configuration. Written by Herald. */
import { z } from "zod";
import { kindOf } from "../kind.ts";
import { metadata } from "../metadata.ts";

const condition = z.object({
  type: z
    .string()
    .max(316)
    .meta({ pattern: "^([a-z0-9]([-a-z0-9.]*[a-z0-9])?/)?[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$" })
    .describe("What it is about: poolReconcilerValid or configReconcilerValid."),
  status: z.enum(["True", "False", "Unknown"]).describe("Whether it holds."),
  reason: z
    .string()
    .min(1)
    .max(1024)
    .meta({ pattern: "^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$" })
    .describe("One word why."),
  message: z.string().max(32_768).describe("The problems, for people."),
  lastTransitionTime: z.string().meta({ format: "date-time" }).describe("When the status changed last."),
  observedGeneration: z.int().min(0).optional().describe("The generation it is about."),
});

export const configurationState = kindOf({
  group: "metallb.io",
  version: "v1beta1",
  kind: "ConfigurationState",
  schema: z.object({ metadata, status: z.unknown().optional() }),
  status: z.object({
    result: z.enum(["Valid", "Invalid", "Unknown"]).optional().describe("The verdict."),
    errorSummary: z.string().optional().describe("The errors, for people."),
    conditions: z
      .array(condition)
      .meta({ "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["type"] })
      .optional()
      .describe("One condition for each part that was checked."),
  }),
  unknown: "none",
});
