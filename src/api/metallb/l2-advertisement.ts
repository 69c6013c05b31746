/** metallb.io L2Advertisement: announce addresses on the local network (ARP, NDP). */
import * as z from "zod";
import { kindOf } from "../kind.ts";
import { labelSelector } from "../selector.ts";
import { advertised } from "./advertisement.ts";
import { resource } from "./resource.ts";

const preferred = z.object({
  weight: z.int().min(1).max(100).describe("How much a node that matches is preferred; weights add up."),
  preference: labelSelector.describe("Labels of the nodes preferred."),
});

const spec = z
  .object({
    ...advertised,
    interfaces: z
      .array(z.string())
      .default([])
      .describe("Exact names of the interfaces to announce on. None: all that can."),
    preferredNodeSelectors: z
      .array(preferred)
      .default([])
      .describe("Nodes that should rather announce than others, where they can."),
  })
  .prefault({})
  .describe("What is announced on the local network, and from where.");

export const l2Advertisement = kindOf(resource("L2Advertisement", "v1beta1", spec));
