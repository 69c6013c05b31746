/** meta/v1 LabelSelector. */
import * as z from "zod";
import type { Selector } from "../model/selector.ts";

const operator = z.enum(["In", "NotIn", "Exists", "DoesNotExist"]);

const requirement = z
  .object({
    key: z.string().describe("The label key that the requirement is about."),
    operator: operator.describe("How the label relates to the values."),
    values: z
      .array(z.string())
      .default([])
      .meta({ "x-kubernetes-list-type": "atomic" })
      .describe("The values for In and NotIn, at least one; none for Exists and DoesNotExist."),
  })
  .check((context) => {
    const { operator, values } = context.value;
    const takesValues = operator === "In" || operator === "NotIn";
    if (takesValues === values.length > 0) return;
    const fault = takesValues
      ? { what: `operator ${operator} has no values`, fix: "write at least one value" }
      : { what: `operator ${operator} has values`, fix: "leave values out" };
    const message = fault.what;
    context.issues.push({ code: "custom", input: values, path: ["values"], message, params: { fault } });
  });

/** A label selector: all its parts must hold; an empty one selects everything. */
export const labelSelector = z
  .object({
    matchLabels: z.record(z.string(), z.string()).default({}).describe("Labels that must have exactly these values."),
    matchExpressions: z
      .array(requirement)
      .default([])
      .meta({ "x-kubernetes-list-type": "atomic" })
      .describe("Requirements that must all hold."),
  })
  .transform((selector): Selector => selector)
  .meta({ "x-kubernetes-map-type": "atomic" });

/** A list of selectors of which any may match. */
export function selectors(description: string) {
  return z.array(labelSelector).default([]).describe(description);
}
