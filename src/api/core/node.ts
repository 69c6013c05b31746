/** core/v1 Node: labels, addresses, conditions, and what says that it is about to go. */
import * as z from "zod";
import { parseAddress } from "../address.ts";
import { kindOf } from "../kind.ts";
import { labelled } from "../metadata.ts";
import { textWith } from "../text.ts";

const spec = z
  .object({
    unschedulable: z.boolean().default(false),
    taints: z.array(z.object({ key: z.string() })).default([]),
  })
  .prefault({});

const status = z
  .object({
    conditions: z.array(z.object({ type: z.string(), status: z.string(), message: z.string().optional() })).default([]),
    addresses: z
      .array(z.object({ type: z.string(), address: textWith(parseAddress, "an IP address or a host name") }))
      .default([]),
  })
  .prefault({});

export const node = kindOf({
  group: "",
  version: "v1",
  kind: "Node",
  schema: z.object({ metadata: labelled, spec, status }),
  unknown: "none",
});
