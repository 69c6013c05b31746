/** metallb.io ConfigurationState: the verdict of one component on the whole configuration. Written by Herald. */
import * as z from "zod";
import { kindOf } from "../kind.ts";
import { metadata } from "../metadata.ts";
import { conditions } from "./condition.ts";

export const configurationState = kindOf({
  group: "metallb.io",
  version: "v1beta1",
  kind: "ConfigurationState",
  schema: z.object({ metadata, status: z.unknown().optional() }),
  status: z.object({
    result: z.enum(["Valid", "Invalid", "Unknown"]).optional().describe("The verdict."),
    errorSummary: z.string().optional().describe("The errors, for people."),
    conditions: conditions("One condition for each part that was checked.").optional(),
  }),
  unknown: "none",
});
