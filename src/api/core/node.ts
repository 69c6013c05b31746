/** core/v1 Node: labels, addresses and conditions. */
import { z } from "zod";
import { parseAddress } from "../address.ts";
import { kindOf } from "../kind.ts";
import { labelled } from "../metadata.ts";
import { textWith } from "../text.ts";

const status = z
  .object({
    conditions: z.array(z.object({ type: z.string(), status: z.string() })).default([]),
    addresses: z
      .array(z.object({ type: z.string(), address: textWith(parseAddress, "an IP address or a host name") }))
      .default([]),
  })
  .prefault({});

export const node = kindOf({
  group: "",
  version: "v1",
  kind: "Node",
  schema: z.object({ metadata: labelled, status }),
  unknown: "none",
});
