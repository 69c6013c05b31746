/** core/v1 Namespace: its labels. */
import * as z from "zod";
import { kindOf } from "../kind.ts";
import { labelled } from "../metadata.ts";

export const namespace = kindOf({
  group: "",
  version: "v1",
  kind: "Namespace",
  schema: z.object({ metadata: labelled }),
  unknown: "none",
});
