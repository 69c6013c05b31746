/** metallb.io ServiceL2Status: which node announces a Service on the local network. Written by Herald. */
import * as z from "zod";
import { kindOf } from "../kind.ts";
import { metadata } from "../metadata.ts";
import { announced } from "./service-status.ts";

export const serviceL2Status = kindOf({
  group: "metallb.io",
  version: "v1beta1",
  kind: "ServiceL2Status",
  schema: z.object({ metadata, spec: z.unknown().optional().describe("Empty."), status: z.unknown().optional() }),
  status: z.object({
    ...announced,
    interfaces: z
      .array(z.object({ name: z.string().optional().describe("Name of the interface.") }))
      .optional()
      .describe("The interfaces it is announced on; empty: all."),
  }),
  unknown: "none",
});
