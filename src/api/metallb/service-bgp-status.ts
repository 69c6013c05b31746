/** metallb.io ServiceBGPStatus: which peers a node tells about a Service. Written by Herald. */
import * as z from "zod";
import { kindOf } from "../kind.ts";
import { metadata } from "../metadata.ts";
import { conditions } from "./condition.ts";
import { announced } from "./service-status.ts";

export const serviceBgpStatus = kindOf({
  group: "metallb.io",
  version: "v1beta1",
  kind: "ServiceBGPStatus",
  schema: z.object({ metadata, spec: z.unknown().optional().describe("Empty."), status: z.unknown().optional() }),
  status: z.object({
    ...announced,
    peers: z.array(z.string()).optional().describe("Sorted names of the peers that are told."),
    conditions: conditions(
      "Herald extension: whether those peers have it at this moment, as the condition Announced.",
    ).optional(),
  }),
  unknown: "none",
});
