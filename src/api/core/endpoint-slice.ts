/** discovery.k8s.io/v1 EndpointSlice: which endpoints a Service has, where, and in what state. */
import * as z from "zod";
import { kindOf } from "../kind.ts";
import { labelled } from "../metadata.ts";

const condition = z.boolean().nullish();

const endpoint = z.object({
  addresses: z.array(z.string()),
  conditions: z.object({ ready: condition, serving: condition, terminating: condition }).prefault({}),
  nodeName: z.string().optional(),
});

export const endpointSlice = kindOf({
  group: "discovery.k8s.io",
  version: "v1",
  kind: "EndpointSlice",
  schema: z.object({ metadata: labelled, endpoints: z.array(endpoint).default([]) }),
  unknown: "none",
});
